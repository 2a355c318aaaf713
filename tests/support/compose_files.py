"""Generated Compose files: mostly right, in every syntax, and often wrong in one place."""

import json
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from serverless_containers.compose.keys.schema import PROJECT, SERVICE
from serverless_containers.compose.keys.shapes import Kind, Shape


@dataclass(frozen=True)
class Raw:
    """A scalar that is written without quotes."""

    text: str


@dataclass(frozen=True)
class Tagged:
    """A value with a tag before it."""

    tag: str
    value: Any


def to_yaml(value: Any) -> str:
    """Write a value in YAML's flow style."""
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, Tagged):
        return f"{value.tag} {to_yaml(value.value)}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)}: {to_yaml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(to_yaml(item) for item in value) + "]"
    return json.dumps(value)


def _raw(*texts: str) -> st.SearchStrategy[Raw]:
    return st.sampled_from([Raw(text) for text in texts])


# How many right values come to one that is wrong: a file has about twenty values, and Docker
# Compose stops at the first that is wrong.
_RIGHT_TO_WRONG = 60


def _texts(*texts: str, wrong: tuple[str, ...] = ()) -> st.SearchStrategy[str]:
    repeats = max(1, _RIGHT_TO_WRONG * len(wrong) // len(texts))
    return st.sampled_from([*texts * repeats, *wrong])


_NAMES = ("one", "two", "three")

_INTEGERS = _raw("0", "1", "2", "10", "100", "-1", "0x10", "0o17", "010", "1_000", "3000000000")
_NUMBERS = _raw("0.5", "1.5", "1e3", "0.25", "2.0", ".5", "1.")
_BOOLEANS = _raw("true", "false", "True", "FALSE")
_ODD = _raw(
    "null",
    "~",
    "yes",
    "off",
    "2024-01-02",
    "1:30",
    "0b11",
    "08",
    "'q'",
    "{}",
    "[]",
    "[1]",
    "{a: 1}",
)

_TEXT = _texts(
    "a",
    "text",
    "",
    "two words",
    "with=equals",
    "${SET}",
    "${UNSET}",
    "${UNSET:-default}",
    "$$literal",
    "${SET:+there}",
    "ünï",
    "x-a",
    "true",
    "12",
    "${UNSET-}",
    "${EMPTY:-e}",
    "a${SET}b$SET",
    "${UNSET:-${SET:-deep}}",
    wrong=(
        "${UNSET:?needed}",
        "$",
        "${",
    ),
)
_SWITCHES = _texts(
    "true",
    "false",
    "yes",
    "n",
    "On",
    "${TRUE}",
    wrong=(
        "maybe",
        "",
    ),
)
_WHOLE = _texts(
    "1",
    "0",
    "2",
    "+3",
    "${NUMBER}",
    wrong=(
        "x",
        "",
        "1.5",
        "0x1",
        "-1",
    ),
)
_SIZES = _texts(
    "64m",
    "1g",
    "1.5gb",
    "512",
    "10 k",
    "1kib",
    "0",
    "12MB",
    wrong=(
        "b",
        "-1",
        "1z",
        "1e3k",
    ),
)
_DURATIONS = _texts(
    "1s",
    "1m30s",
    "500ms",
    "1.5h",
    "2d",
    "1w",
    "0",
    "-1s",
    "1us",
    "1h2m3.5s",
    "0s",
    "100ns",
    "1.000001s",
    "90m",
    wrong=(
        "10",
        "x",
        "",
    ),
)
_PATHS = _texts(".", "./a", "../b", "/c/d/", "~/e", "a/../b", "sub/file.env", "", "C:\\x", "a//b/.")
_COMMANDS = _texts(
    "npm start",
    'sh -c "echo hi"',
    "a 'b c' d",
    "a && b",
    "",
    "a\\ b c",
    "x | y",
    "echo $$HOME",
    "a `b c` d",
    "$(x y)",
    "2>&1 a",
    "a 2>b",
    "a 'b\\'",
    'a ""',
    "  a  ",
    "a\tb\\nc",
    'a"b"c',
    "${SET} x",
    "a;b",
    "a '' b",
    'q "\\" x"',
    wrong=(
        'a "unclosed',
        "(x)",
        "a\\",
        "a)b)",
    ),
)
_PORTS = _texts(
    "80",
    "8080:80",
    "127.0.0.1:8080:80",
    "8000-8002:80-82",
    "9-11",
    "80/udp",
    "[::1]:80:80",
    "80:80/tcp",
    "3000-3005:80",
    ":80",
    "80/TCP",
    "127.0.0.1::80",
    "080:080",
    "80-81/sctp",
    "${PORT:-80}:90",
    "127.0.0.1:80",
    "1-2-3",
    "80/",
    wrong=(
        "1-2:1-3",
        "0",
        "65536",
        "a",
        "80:",
        "80/xyz",
        "5-3",
        "1.2.3:1:2",
        "8080:80:80:80",
        " 80",
        "80-",
        "/tcp",
        "::1:80:81",
    ),
)
_VOLUMES = _texts(
    "/data",
    "one:/data",
    "./src:/src",
    "one:/data:ro",
    "../x:/y:rw,z",
    "~/a:/b",
    "/a:/b:ro,nocopy",
    "one:/data:nocopy",
    "a",
    "ab",
    "abc",
    "C:\\x:/y",
    ".:/x/../y",
    "one:data",
    "one:/data:rshared",
    "two:/x:Z",
    "/x/:/y/",
    "three:/z:foo",
    "${SET}:/w",
    "//x//y",
    wrong=(
        ":",
        "one:",
        "one::/x",
        "a:b:c:d",
    ),
)
_MAPPINGS = _texts(
    "A=1",
    "B",
    "C=",
    "A=2",
    "D=a=b",
    "E=${SET}",
    "=x",
    "A",
    "G=$$x",
    "SET",
    wrong=("F =1",),
)
_HOSTS = _texts(
    "a=1.2.3.4",
    "b:1.2.3.4",
    "c=::1",
    "d=[::1]",
    "f=1.1.1.1,2.2.2.2",
    "a=5.6.7.8",
    "g:[::1]",
    wrong=(
        "e",
        "=1.2.3.4",
        "h:::1",
    ),
)
_DEVICES = _texts(
    "/dev/a",
    "/dev/a:/dev/b",
    "/dev/a:/dev/b:r",
    "x:y",
    "",
    wrong=("a:b:c:d",),
)

_BY_KEY: dict[str, st.SearchStrategy[str]] = {
    **dict.fromkeys(
        (
            "interval",
            "timeout",
            "start_period",
            "start_interval",
            "delay",
            "monitor",
            "window",
            "stop_grace_period",
        ),
        _DURATIONS,
    ),
    **dict.fromkeys(
        (
            "mem_limit",
            "mem_reservation",
            "memswap_limit",
            "mem_swappiness",
            "shm_size",
            "memory",
            "rate",
            "size",
        ),
        _SIZES,
    ),
    **dict.fromkeys(("context", "file", "path", "source", "target", "device"), _PATHS),
    **dict.fromkeys(("command", "entrypoint", "test"), _COMMANDS),
    **dict.fromkeys(("depends_on", "service"), _texts(*_NAMES, wrong=("missing", "${SET}"))),
    **dict.fromkeys(("networks", "models"), _texts("default", "front", "back", wrong=("missing",))),
    **dict.fromkeys(("secrets", "configs"), _texts("one", "two", wrong=("missing",))),
    **dict.fromkeys(
        (
            "environment",
            "labels",
            "args",
            "annotations",
            "sysctls",
            "additional_contexts",
            "options",
            "ssh",
        ),
        _MAPPINGS,
    ),
    **dict.fromkeys(
        ("network_mode", "ipc", "pid"),
        _texts("host", "service:one", "service:two", "none", "", "container:x"),
    ),
    **dict.fromkeys(
        ("links", "volumes_from"), _texts("one", "two:alias", "three:a:b", "container:x")
    ),
    "ports": _PORTS,
    "expose": _texts("80", "80-82", "90/udp", "x"),
    "volumes": _VOLUMES,
    "tmpfs": _texts("/run", "/run:size=64m", "/data", "/x"),
    "extra_hosts": _HOSTS,
    "devices": _DEVICES,
    "profiles": _texts("debug", "test"),
    "mode": _texts("0440", "0644", "444", "ingress", "host", "replicated", wrong=("9", "0o17")),
    "pull_policy": _texts("always", "if_not_present", "missing", "every_12h", wrong=("sometimes",)),
    "container_name": _texts("name", "other", "third", "${SET}", wrong=("-",)),
    "published": _texts("80", "8000-8010", "", "x", "${PORT:-1}"),
    "host_ip": _texts("127.0.0.1", "::1", wrong=("x", "")),
    "protocol": _texts("tcp", "udp", wrong=("x",)),
    "count": _texts("all", "ALL", "1", wrong=("x",)),
    "dns": _texts("1.1.1.1", "", "8.8.8.8"),
    "external": _SWITCHES,
    "platform": _texts("linux/amd64", "linux/arm64"),
    "platforms": _texts("linux/amd64", "linux/arm64"),
    "dockerfile": _texts("Dockerfile", "x/Dockerfile", ""),
    "uid": _texts("0", "1000"),
    "subnet": _texts("10.0.0.0/24", "10.0.1.0/24"),
    "driver": _texts("json-file", "local", "custom"),
    "capabilities": _texts("gpu", "tpu"),
}
_NUMERIC = frozenset(
    {
        "cpu_count",
        "cpu_percent",
        "cpu_period",
        "cpu_quota",
        "cpu_rt_period",
        "cpu_rt_runtime",
        "cpu_shares",
        "oom_score_adj",
        "pids_limit",
        "scale",
        "cpus",
        "replicas",
        "parallelism",
        "max_attempts",
        "retries",
        "hard",
        "soft",
        "weight",
        "pids",
        "value",
        "max_failure_ratio",
        "max_replicas_per_node",
        "priority",
    }
)
# Read from disk, or not there: a file of its own is tested with them.
_FROM_DISK = frozenset({"env_file", "label_file", "extends", "include"})
# In the official schema since Docker Compose 2.40.3, which the generated files are held against.
_NEWER = frozenset({"pre_start", "no_cache_filter", "use_service_name_alias", "umask"})
_LEFT_OUT = _FROM_DISK | _NEWER


def _scalar(draw: st.DrawFn, shape: Shape, key: str) -> Any:
    kinds = shape.kinds
    choices: list[st.SearchStrategy[Any]] = []
    if Kind.TEXT in kinds:
        if shape.allowed:
            choices += [_texts(*shape.allowed)] * 3
        elif key in _BY_KEY:
            choices += [_BY_KEY[key]] * 3
        elif Kind.BOOLEAN in kinds:
            choices.append(_SWITCHES)
        elif key in _NUMERIC or kinds & (Kind.INTEGER | Kind.NUMBER):
            choices.append(_WHOLE)
        else:
            choices.append(_TEXT)
    if Kind.INTEGER in kinds or Kind.NUMBER in kinds:
        choices.append(_INTEGERS)
    if Kind.NUMBER in kinds:
        choices.append(_NUMBERS)
    if Kind.BOOLEAN in kinds:
        choices += [_BOOLEANS] * 2
    if Kind.NULL in kinds:
        choices.append(_raw("null", "~", ""))
    return draw(st.one_of(choices)) if choices else draw(_ODD)


def _value(draw: st.DrawFn, shape: Shape, key: str, depth: int = 0) -> Any:
    if draw(st.integers(0, 300)) == 0:
        return draw(_ODD)
    forms = []
    if shape.kinds:
        forms.append("scalar")
    if shape.items is not None:
        forms += ["list"] * 2
    if shape.keys is not None:
        forms += ["mapping"] * 2
    form = draw(st.sampled_from(forms))
    if form == "scalar":
        return _scalar(draw, shape, key)
    if form == "list":
        inner = shape.items or shape
        items = [_value(draw, inner, key, depth + 1) for _ in range(draw(st.integers(0, 3)))]
        if draw(st.integers(0, 20)):
            items = [item for at, item in enumerate(items) if item not in items[:at]]
        return items
    return _mapping(draw, shape, key, depth)


def _mapping(draw: st.DrawFn, shape: Shape, key: str, depth: int) -> dict[str, Any]:
    entries: dict[str, Any] = {}
    if shape.keys:
        known = [name for name in shape.keys if name not in _LEFT_OUT]
        for name in draw(st.lists(st.sampled_from(known), max_size=4, unique=True)):
            entries[name] = _value(draw, shape.keys[name], name, depth + 1)
    for name in (*shape.required, *_WANTED.get(key, ())):
        if name in (shape.keys or {}) and name not in entries and draw(_NEARLY_ALWAYS):
            entries[name] = _value(draw, (shape.keys or {})[name], name, depth + 1)
    if shape.others is not None:
        names = _OTHER_NAMES.get(key, ("a", "b", "SET", "x.y"))
        for name in draw(st.lists(st.sampled_from(names), max_size=3, unique=True)):
            entries[name] = _value(draw, shape.others, name, depth + 1)
    return entries


# What the schema does not ask for, and Docker Compose does.
_WANTED = {"ports": ("target",), "volumes": ("target",), "devices": ("target",)}
_NEARLY_ALWAYS = st.sampled_from([True] * 60 + [False])
_SOMETIMES = st.sampled_from([False] * 4 + [True])

_OTHER_NAMES = {
    "depends_on": (*_NAMES, "missing"),
    "networks": ("default", "front", "back", "missing"),
    "ulimits": ("nofile", "nproc"),
}


@st.composite
def services(draw: st.DrawFn) -> dict[str, Any]:
    """One service."""
    known = [name for name in SERVICE.keys or {} if name not in _LEFT_OUT]
    service: dict[str, Any] = {}
    if draw(_NEARLY_ALWAYS):
        service["image"] = "image"
    for name in draw(st.lists(st.sampled_from(known), max_size=5, unique=True)):
        service[name] = _value(draw, (SERVICE.keys or {})[name], name)
    check = service.get("healthcheck")
    if isinstance(check, dict) and isinstance(check.get("test"), list) and draw(_NEARLY_ALWAYS):
        check["test"] = ["CMD", *check["test"]]
    return service


@st.composite
def projects(draw: st.DrawFn) -> str:
    """A whole Compose file."""
    content: dict[str, Any] = {
        "services": {name: draw(services()) for name in _NAMES[: draw(st.integers(1, 3))]}
    }
    names = list(content["services"])
    for index, name in enumerate(names):
        if draw(_NEARLY_ALWAYS):
            _look_back(content["services"][name], names[:index])
    if len(names) > 1 and draw(_SOMETIMES):
        extends = draw(st.sampled_from([names[0], {"service": names[0]}, {"service": "missing"}]))
        content["services"][names[-1]]["extends"] = extends
    resources = {
        "volumes": ("one", "two", "three"),
        "networks": ("front", "back", "default"),
        "secrets": ("one", "two"),
        "configs": ("one", "two"),
    }
    for section, possible in resources.items():
        shape = (PROJECT.keys or {})[section].others
        if shape is not None and draw(st.booleans()):
            content[section] = {
                name: _resource(draw, shape, section)
                for name in draw(st.lists(st.sampled_from(possible), max_size=3, unique=True))
            }
    return to_yaml(content) + "\n"


def _look_back(service: dict[str, Any], earlier: list[str]) -> None:
    """Let a service refer to earlier ones only, so that there is no circle."""
    needed = service.get("depends_on")
    if isinstance(needed, dict):
        service["depends_on"] = {key: value for key, value in needed.items() if key in earlier}
    elif isinstance(needed, list):
        service["depends_on"] = [key for key in needed if key in earlier]
    for key in ("links", "volumes_from", "network_mode", "ipc", "pid"):
        if key in service and not earlier:
            del service[key]


def _resource(draw: st.DrawFn, shape: Shape, section: str) -> Any:
    if draw(_SOMETIMES):
        return _value(draw, shape, section)
    forms: list[Any] = [{"name": "named"}, {"name": "a", "external": Raw("true")}]
    if section in {"volumes", "networks"}:
        forms += [Raw("null"), {"driver": "local"}, {"labels": ["A=1", "B"]}, {"external": {}}]
        return draw(st.sampled_from(forms[1:]))
    forms += [{"file": "./x"}, {"environment": "SET"}, {"external": {"name": "other"}}]
    return draw(st.sampled_from(forms[1:]))


@st.composite
def overrides(draw: st.DrawFn) -> str:
    """A file that is merged onto another."""
    content: dict[str, Any] = {"services": {}}
    for name in draw(st.lists(st.sampled_from(_NAMES), min_size=1, max_size=2, unique=True)):
        service = draw(services())
        if service and draw(_SOMETIMES):
            key = draw(st.sampled_from(sorted(service)))
            tag = draw(st.sampled_from(["!reset", "!override"]))
            service[key] = Tagged(tag, service[key])
        content["services"][name] = service
    return to_yaml(content) + "\n"


VARIABLES = {"SET": "set", "EMPTY": "", "TRUE": "true", "NUMBER": "3", "PORT": "8080"}
