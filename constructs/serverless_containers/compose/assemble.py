"""The model, made of the canonical tree and its encoded form."""

from collections.abc import Mapping
from pathlib import Path

from serverless_containers.compose.assemble_deploy import make_deploy
from serverless_containers.compose.dockerfiles import Recipes
from serverless_containers.compose.model import (
    Build,
    Condition,
    Dependency,
    Exposed,
    FileSource,
    FileUse,
    HealthCheck,
    Logging,
    Mount,
    Port,
    Service,
    Ulimit,
    Volume,
)
from serverless_containers.compose.place import NOTHING, Encoded, Many, Place, to_bytes, to_duration
from serverless_containers.compose.yaml.nodes import MappingNode, Scalar
from serverless_containers.findings import Location

_LONGEST_NUMBER = 9


def make_service(
    name: str, service: Encoded, at: Place, recipes: Recipes, named_args: Mapping[str, Location]
) -> Service:
    """Make a service of the model; ``named_args`` are the build's."""
    many = Many(service, at)
    return Service(
        node=at.node,
        path=at.path,
        name=name,
        image=service.get("image"),
        build=many.one("build", lambda item, place: _build(item, place, recipes, named_args)),
        command=_command(service["command"]),
        entrypoint=_command(service["entrypoint"]),
        environment=service.get("environment", NOTHING),
        ports=many.each("ports", _port),
        expose=many.each("expose", _exposed),
        healthcheck=many.one("healthcheck", _healthcheck),
        depends_on=tuple(
            _dependency(key, value, at.below("depends_on").below(key))
            for key, value in service.get("depends_on", NOTHING).items()
        ),
        secrets=many.each("secrets", _file_use),
        configs=many.each("configs", _file_use),
        volumes=many.each("volumes", _mount),
        tmpfs=tuple(service.get("tmpfs", ())),
        deploy=many.one("deploy", make_deploy),
        scale=service.get("scale"),
        cpus=service.get("cpus"),
        mem_limit=to_bytes(service.get("mem_limit")),
        mem_reservation=to_bytes(service.get("mem_reservation")),
        restart=service.get("restart"),
        ulimits=_ulimits(service.get("ulimits", NOTHING), at.below("ulimits")),
        stop_grace_period=to_duration(service.get("stop_grace_period")),
        stop_signal=service.get("stop_signal"),
        init=service.get("init"),
        read_only=service.get("read_only", False),
        cap_add=tuple(service.get("cap_add", ())),
        cap_drop=tuple(service.get("cap_drop", ())),
        platform=service.get("platform"),
        labels=service.get("labels", NOTHING),
        user=service.get("user"),
        working_dir=service.get("working_dir"),
        logging=many.one("logging", _logging),
        sysctls=service.get("sysctls", NOTHING),
        tty=service.get("tty", False),
        stdin_open=service.get("stdin_open", False),
        profiles=tuple(service.get("profiles", ())),
    )


def make_file_source(key: str, source: Encoded, at: Place) -> FileSource:
    """Make a top-level secret or config of the model."""
    file = source.get("file")
    return FileSource(
        node=at.node,
        path=at.path,
        key=key,
        name=source.get("name"),
        file=None if file is None else Path(file),
        environment=source.get("environment"),
        content=source.get("content"),
        external=source.get("external", False),
    )


def make_volume(key: str, volume: Encoded, at: Place) -> Volume:
    """Make a top-level volume of the model."""
    return Volume(
        node=at.node,
        path=at.path,
        key=key,
        name=volume.get("name"),
        driver=volume.get("driver"),
        driver_opts=volume.get("driver_opts", NOTHING),
        external=volume.get("external", False),
    )


def _command(words: list[str] | None) -> tuple[str, ...] | None:
    return None if words is None else tuple(words)


def _build(
    build: Encoded, at: Place, recipes: Recipes, named_args: Mapping[str, Location]
) -> Build:
    many = Many(build, at)
    context = build.get("context", "")
    return Build(
        node=at.node,
        path=at.path,
        context=context,
        dockerfile=build.get("dockerfile", "Dockerfile"),
        dockerfile_inline=build.get("dockerfile_inline"),
        args=build.get("args", NOTHING),
        named_args=named_args,
        target=build.get("target"),
        platforms=tuple(build.get("platforms", ())),
        labels=build.get("labels", NOTHING),
        cache_from=tuple(build.get("cache_from", ())),
        cache_to=tuple(build.get("cache_to", ())),
        additional_contexts=build.get("additional_contexts", NOTHING),
        secrets=many.each("secrets", _file_use),
        ssh=_ssh(at),
        network=build.get("network"),
        shm_size=to_bytes(build.get("shm_size")),
        tags=tuple(build.get("tags", ())),
        extra_hosts=_hosts(build.get("extra_hosts", ())),
        no_cache=build.get("no_cache", False),
        pull=build.get("pull", False),
        privileged=build.get("privileged", False),
        recipe=recipes.find(build, at.node, at.path),
    )


def _ssh(at: Place) -> Mapping[str, str | None]:
    keys = at.below("ssh").node
    if keys is at.node or not isinstance(keys, MappingNode):
        return {}
    paths = {name: value.value for name, value in keys.items() if isinstance(value, Scalar)}
    return {name: None if path is None else str(path) for name, path in paths.items()}


def _hosts(pairs: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    known: dict[str, list[str]] = {}
    for pair in pairs:
        name, _, address = pair.partition("=")
        known.setdefault(name, []).append(address)
    return {name: tuple(addresses) for name, addresses in known.items()}


def _port(port: Encoded, at: Place) -> Port:
    return Port(
        node=at.node,
        path=at.path,
        target=port.get("target", 0),
        published=port.get("published"),
        host_ip=port.get("host_ip"),
        protocol=port.get("protocol", "tcp"),
        name=port.get("name"),
        app_protocol=port.get("app_protocol"),
        mode=port.get("mode", "ingress"),
    )


def _exposed(text: str, at: Place) -> Exposed:
    ports, _, protocol = text.partition("/")
    first, _, last = ports.partition("-")
    # Docker Compose prints any text here; the rules say which of them mean a port.
    # More digits than these are no port, and int() refuses thousands of them.
    numbers = [
        int(end) if end.isascii() and end.isdigit() and len(end) <= _LONGEST_NUMBER else 0
        for end in (first, last or first)
    ]
    return Exposed(
        node=at.node, path=at.path, first=numbers[0], last=numbers[1], protocol=protocol or "tcp"
    )


def _healthcheck(check: Encoded, at: Place) -> HealthCheck:
    return HealthCheck(
        node=at.node,
        path=at.path,
        test=tuple(check.get("test", ())),
        interval=to_duration(check.get("interval")),
        timeout=to_duration(check.get("timeout")),
        start_period=to_duration(check.get("start_period")),
        start_interval=to_duration(check.get("start_interval")),
        retries=check.get("retries"),
        disable=check.get("disable", False),
    )


def _dependency(name: str, dependency: Encoded, at: Place) -> Dependency:
    return Dependency(
        node=at.node,
        path=at.path,
        service=name,
        condition=Condition(dependency.get("condition", "service_started")),
        required=dependency.get("required", False),
        restart=dependency.get("restart", False),
    )


def _file_use(use: Encoded, at: Place) -> FileUse:
    mode = use.get("mode")
    return FileUse(
        node=at.node,
        path=at.path,
        source=use.get("source", ""),
        target=use.get("target"),
        uid=use.get("uid"),
        gid=use.get("gid"),
        mode=None if mode is None else int(mode[1:], 8),
    )


def _mount(mount: Encoded, at: Place) -> Mount:
    options = {**mount.get("volume", NOTHING), **mount.get("image", NOTHING)}
    return Mount(
        node=at.node,
        path=at.path,
        type=mount.get("type", "volume"),
        source=mount.get("source"),
        target=mount.get("target", ""),
        read_only=mount.get("read_only", False),
        subpath=options.get("subpath"),
        tmpfs_size=to_bytes(mount.get("tmpfs", NOTHING).get("size")),
    )


def _logging(logging: Encoded, at: Place) -> Logging:
    return Logging(
        node=at.node,
        path=at.path,
        driver=logging.get("driver"),
        options=logging.get("options", NOTHING),
    )


def _ulimits(ulimits: Encoded, at: Place) -> Mapping[str, Ulimit]:
    made = {}
    for name, limit in ulimits.items():
        place = at.below(name)
        soft, hard = (
            (limit.get("soft", 0), limit.get("hard", 0))
            if isinstance(limit, dict)
            else (limit,) * 2
        )
        made[name] = Ulimit(node=place.node, path=place.path, soft=soft, hard=hard)
    return made
