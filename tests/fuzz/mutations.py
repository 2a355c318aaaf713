"""Projects that are nearly right: those of the corpus, changed at random places."""

import contextlib
import json
import random
import re
from collections.abc import Mapping
from typing import Any, TypeAlias

import yaml

from tests.support.corpus import ROOT as CORPUS

Files: TypeAlias = dict[str, bytes]
"""The files of a project folder, by their paths in it."""

ROOT = CORPUS.parent.parent
_TOKEN = re.compile(rb"\w+|\s+|.", re.DOTALL)
_LARGEST = 60_000
_MOST_FILES = 12

_SNIPPETS = [
    b"&a ", b"*a", b"<<: *a", b"<<: [*a, *a]", b"!reset ", b"!override ", b"${", b"${A:-",
    b"${A:?x}", b"$A", b"$$", b"}", b"{", b"[", b"]", b"- ", b": ", b"? ", b"\n---\n", b"\n",
    b"\r\n", b"\t", b"'", b'"', b"\\", b"`", b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xe2\x80\xa8",
    b"|\n", b">-\n", b"!!int ", b"!!binary ", b"null", b"~", b".inf", b".nan", b"0x7f", b"1e999",
    b"-1", b"65536", b"99999999999", b"9" * 400, b"1-65535", b"1-9999999999", b"/udp", b"::",
    b"../../..", b"/", b"./.", b"eyJ-" * 9, b"://a:b@", b"%s", b"{{resolve:ssm:a}}", b"\nEOF\n",
    b"$(", b"END_OF_PIPELINE", b"';", b"\\\n", b"service:app", b"build: .", b"include: [x.yaml]",
    b"extends: app", b"env_file: .env", b"ONBUILD ", b"FROM a\n", b"ARG A=$A$A\n",
    b"ENV A=${A%%*}\n", b"EXPOSE $A\n", b"RUN <<EOF\n", b"HEALTHCHECK CMD ", b"SHELL [",
    b"\xd8\x00", "\N{COMBINING ACUTE ACCENT}".encode(),
]  # fmt: skip

_VALUES: list[Any] = [
    None, True, False, 0, -1, 1, 3.5, 10**30, float("inf"), "", " ", "a", "$A", "${A:-b}", "${A?}",
    "$", "a'b\"c`d$(e)\\", "a\nb", "END_OF_PIPELINE", "-x", "--file", "é", "\u2028", "9" * 5000,
    "1s", "1.5h", "512m", "1e400g", "80", "80/udp", "8000-8010", "1-65535", "host",
    "service:app", ".", "..", "/srv",
    "./data:/data", "data:/data:ro", "https://github.com/a/b.git",
    "arn:aws:iam::123456789012:role/a",
    "AKIAIOSFODNN7EXAMPLE", [], {}, [None], [[]], {"a": None}, {"": ""}, ["a=b", "a"],
    {"a": {"b": []}},
]  # fmt: skip

_HEALTHY: Files = {
    "compose.yaml": b"""name: shop
services:
  web:
    build: {context: ., target: web, args: {A: "1"}, labels: {a: b}}
    ports: ["8080:80"]
    environment: {A: $A, B: "it's"}
    depends_on: {worker: {condition: service_started}}
    healthcheck: {test: ["CMD", "true"], interval: 30s}
    secrets: [token]
    configs: [{source: settings, target: /etc/app/settings}]
  worker:
    build: {context: worker, dockerfile_inline: "FROM a\\nRUN it's", extra_hosts: ["a:10.0.0.1"]}
    env_file: [{path: .env, required: false}]
    volumes: ["data:/data"]
    command: run "a b" c
volumes: {data: {}}
secrets: {token: {file: ../.secret-token}}
configs: {settings: {content: "a: $A"}}
""",
    "Dockerfile": b"""# syntax=docker/dockerfile:1
ARG BASE=python:3.12
FROM $BASE AS base
ARG A=1
ENV B=${A:-x} C="$A $B"
FROM base AS web
COPY <<EOF /a
text
EOF
HEALTHCHECK --interval=30s CMD curl -f localhost || exit 1
EXPOSE 80 8000-8002/udp
USER 1000
WORKDIR /app
CMD ["run"]
""",
    "worker/README": b"",
    ".env": b"A=1\nB='two'\nC=\"${A}\\n$B\"\nexport D=${E:-4}\n",
    "custom-policies.json": json.dumps(
        [
            {
                "Sid": "Read",
                "Effect": "Allow",
                "Action": ["s3:GetObject"],
                "Resource": "arn:aws:s3:::shop-${env}/*",
                "Condition": {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}},
            }
        ]
    ).encode(),
}


def seeds() -> list[Files]:
    """The projects that are changed: the corpus, the samples, and one that uses most of all."""
    found = [
        {"compose.yaml": file.read_bytes()}
        for kind in ("accepted", "rejected")
        for file in sorted((CORPUS / kind).rglob("*.yaml"))
    ]
    for folder in sorted((CORPUS / "projects").iterdir()):
        files = [file for file in sorted(folder.rglob("*")) if file.is_file()][:_MOST_FILES]
        found.append({file.relative_to(folder).as_posix(): file.read_bytes() for file in files})
    found += [
        {"Dockerfile": file.read_bytes()}
        for file in sorted(ROOT.glob("container_src/*/Dockerfile"))
    ]
    return [each for each in found if sum(map(len, each.values())) < _LARGEST]


class Mutator:
    """Makes projects. The same seed and number give the same project, on every machine."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._seeds = seeds()
        self._trees = [tree for each in self._seeds if (tree := _tree(each)) is not None]

    def project(self, number: int) -> Files:
        """One project.

        Args:
            number: Which of them, from 0.
        """
        chance = random.Random(f"{self._seed}/{number}")  # noqa: S311  # no secret
        files = dict(_HEALTHY) if chance.random() < 0.5 else dict(chance.choice(self._seeds))
        for name in (".env", "Dockerfile", "custom-policies.json"):
            if chance.random() < 0.3:
                files.setdefault(name, _HEALTHY[name])
        if chance.random() < 0.2 and "compose.yaml" in files:
            base = files if chance.random() < 0.5 else chance.choice(self._seeds)
            files["compose.dev.yaml"] = base.get("compose.yaml", b"")
        for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 6))):
            name = chance.choice(sorted(files))
            content = self._changed(name, files[name], chance)
            files[name] = content[:_LARGEST]
        return files

    def _changed(self, name: str, content: bytes, chance: random.Random) -> bytes:
        if name.endswith((".yaml", ".yml", ".json")) and chance.random() < 0.6:
            changed = self._restructured(content, chance)
            # JSON has no way to say that a list holds itself, as YAML has.
            with contextlib.suppress(ValueError):
                if changed is not None and name.endswith(".json"):
                    return json.dumps(changed, default=str).encode("utf-8", "surrogatepass")
            if changed is not None and not name.endswith(".json"):
                return yaml.safe_dump(changed, sort_keys=False, allow_unicode=True).encode(
                    "utf-8", "surrogatepass"
                )
        kind = chance.randrange(3)
        if kind == 0:
            return self._bytes(content, chance)
        return _tokens(content, chance) if kind == 1 else _lines(content, chance)

    def _bytes(self, content: bytes, chance: random.Random) -> bytes:
        at = chance.randrange(len(content) + 1)
        kind = chance.randrange(5)
        if kind <= 1:
            return content[:at] + chance.choice(_SNIPPETS) + content[at:]
        if kind == 2:
            return content[:at] + content[at + chance.randrange(1, 20) :]
        if kind == 3:
            return content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :]
        other = chance.choice(list(chance.choice(self._seeds).values()) or [b""])
        return content[:at] + other[chance.randrange(len(other) + 1) :]

    def _restructured(self, content: bytes, chance: random.Random) -> Any:
        tree = _parsed(content)
        if not isinstance(tree, dict | list):
            return None
        places = list(_places(tree))
        if not places:
            return None
        # What is built gets into a shell script, and is worth more of the changes.
        builds = [each for each in places if isinstance(each[0], dict) and each[0].get("build")]
        built = [place for parent, _ in builds for place in _places(parent["build"])]
        parent, key = chance.choice(built if built and chance.random() < 0.3 else places)
        kind = chance.randrange(6)
        if kind == 0:
            del parent[key]
        elif kind == 1:
            parent[key] = chance.choice(_VALUES)
        elif kind == 2 and isinstance(parent, dict):
            parent[chance.choice(["x-a", "a", "build", "ports", "deploy", "$A", "a.b", ""])] = (
                chance.choice(_VALUES)
            )
        elif kind == 3:
            parent[key] = [parent[key]] * chance.choice((1, 2, 60))
        else:
            # A part of another project, under the same key if it has one.
            others = list(_places(chance.choice(self._trees)))
            same = [each for each in others if each[1] == key]
            other, name = chance.choice(same or others)
            parent[key] = other[name]
            if isinstance(name, str) and isinstance(parent, dict) and chance.random() < 0.5:
                parent[name] = other[name]
        return tree


def _tokens(content: bytes, chance: random.Random) -> bytes:
    tokens = _TOKEN.findall(content) or [b"a"]
    at, other = chance.randrange(len(tokens)), chance.randrange(len(tokens))
    kind = chance.randrange(4)
    if kind == 0:
        tokens[at], tokens[other] = tokens[other], tokens[at]
    elif kind == 1:
        tokens[at] *= chance.choice((2, 3, 50, 1000))
    elif kind == 2:
        tokens[at] = chance.choice(_SNIPPETS)
    else:
        start, end = sorted((at, other))
        tokens[at:at] = tokens[start : min(end, start + 30)] * chance.choice((1, 2, 40))
    return b"".join(tokens)


def _lines(content: bytes, chance: random.Random) -> bytes:
    lines = content.split(b"\n")
    at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    kind = chance.randrange(5)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines[at:at] = [lines[other]] * chance.choice((1, 2, 100))
    elif kind == 2:
        lines[at], lines[other] = lines[other], lines[at]
    elif kind == 3:
        lines[at] = b" " * chance.randrange(9) + lines[at].lstrip()
    else:
        lines[at] = lines[at] * chance.choice((2, 30))
    return b"\n".join(lines)


def _parsed(content: bytes) -> Any:
    try:
        return yaml.safe_load(content)
    except (yaml.YAMLError, ValueError, RecursionError, TypeError, IndexError):
        # PyYAML's own reading of an odd number among them.
        return None


def _tree(files: Mapping[str, bytes]) -> Any:
    tree = _parsed(files.get("compose.yaml", b""))
    return tree if isinstance(tree, dict) and any(True for _ in _places(tree)) else None


def _places(tree: Any, depth: int = 0) -> Any:
    """Every value of a tree, as where it is held."""
    if depth > 30:
        return
    entries = (
        list(tree.items())
        if isinstance(tree, dict)
        else list(enumerate(tree))
        if isinstance(tree, list)
        else []
    )
    for key, value in entries[:200]:
        yield tree, key
        yield from _places(value, depth + 1)
