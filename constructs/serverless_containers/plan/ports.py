"""The ports of a task's containers, and the one that receives the traffic."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from serverless_containers.compose.limits import MOST_PORTS
from serverless_containers.compose.model import Project, Service
from serverless_containers.findings import Findings, KeyPath, Location
from serverless_containers.findings.listing import listed
from serverless_containers.plan import rules
from serverless_containers.plan.model import PortPlan
from serverless_containers.plan.settings import Setting, Settings

_DEFAULT_PORTS: Mapping[int, frozenset[str]] = {
    80: frozenset({"apache", "caddy", "httpd", "nginx", "traefik", "wordpress"}),
    1433: frozenset({"azure-sql-edge", "mssql/server"}),
    3306: frozenset({"mariadb", "mysql", "mysql-server", "percona", "percona-server"}),
    5432: frozenset({"pgvector", "postgis", "postgres", "postgresql", "timescaledb"}),
    5672: frozenset({"rabbitmq"}),
    6379: frozenset({"dragonfly", "keydb", "redis", "redis-stack", "redis-stack-server", "valkey"}),
    9042: frozenset({"cassandra", "scylla"}),
    9092: frozenset({"cp-kafka", "kafka", "kafka-native", "redpanda"}),
    9200: frozenset({"elasticsearch", "opensearch"}),
    11211: frozenset({"memcached"}),
    27017: frozenset({"mongo", "mongodb", "percona-server-mongodb"}),
}
"""The port on which the server of an image listens by default, by the end of the repository's name:
each image's page on Docker Hub."""


_LAST_PORT = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A port of a container, with its place in the files.

    Attributes:
        plan: The port.
        at: Where it stands.
        path: The keys that lead there.
        is_declared: Whether ``ports`` or ``expose`` name it, not EXPOSE alone, which says what the
            image may do, whatever its command is.
    """

    plan: PortPlan
    at: Location
    path: KeyPath
    is_declared: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrypoint:
    """The container and the port that receive the traffic."""

    service: str
    port: int


def default_port(image: str | None) -> int | None:
    """Return the port on which the server of a well-known image listens; None if it is not known.

    Args:
        image: The image, as the files name it.
    """
    repository = (image or "").partition("@")[0]
    *above, last = repository.split("/")
    name = last.partition(":")[0]
    names = {name, "/".join((*above[-1:], name))}
    return next((port for port, known in _DEFAULT_PORTS.items() if names & known), None)


def listeners(service: Service, findings: Findings) -> tuple[Listener, ...]:
    """Return the ports of a service: in the file's order those published, then those exposed.

    The Dockerfile's EXPOSE stands in where the file names no port at all.
    """
    found: dict[PortPlan, Listener] = {}
    for index, port in enumerate(service.ports):
        protocol = port.protocol.lower()
        path = (*service.path, "ports", index)
        if not _is_protocol(protocol, port.at("protocol"), path, findings):
            continue
        _are_ports(port.target, port.target, port.at("target"), path, findings)
        plan = PortPlan(port.target, protocol)
        found.setdefault(plan, Listener(plan=plan, at=port.at("target"), path=port.path))
        if port.host_ip:
            findings.report(
                rules.PORT_HOST_ADDRESS,
                port.at("host_ip"),
                path,
                f"the host address {port.host_ip} is left out: a task has an interface of its own",
            )
    ranges: list[tuple[int, int, str, Location, KeyPath]] = [
        (each.first, each.last, each.protocol.lower(), each.at(), each.path)
        for each in service.expose
    ]
    is_declared = bool(service.ports or ranges)
    if not is_declared and service.build and service.build.parsed_dockerfile:
        ranges = [
            (each.first, each.last, each.protocol, each.at, ())
            for each in service.build.parsed_dockerfile.exposed
        ]
    amount = len(found)
    for first, last, protocol, at, path in ranges:
        if not _is_protocol(protocol, at, path, findings):
            continue
        if not _are_ports(first, last, at, path, findings):
            continue
        amount += last - first + 1
        if amount > MOST_PORTS:
            findings.report(
                rules.TOO_MANY_PORTS,
                at,
                path,
                f"{service.name} exposes {first} to {last}; a service has at most {MOST_PORTS} "
                "ports, ranges expanded",
                "name the ports that it listens on",
            )
            break
        for number in range(first, last + 1):
            plan = PortPlan(number, protocol)
            found.setdefault(plan, Listener(plan=plan, at=at, path=path, is_declared=is_declared))
    return tuple(found.values())


def _is_protocol(protocol: str, at: Location, path: KeyPath, findings: Findings) -> bool:
    """Whether a port is of a protocol that ECS maps; reports it if not."""
    if protocol in {"tcp", "udp"}:
        return True
    findings.report(rules.PROTOCOL_UNSUPPORTED, at, path, f"expected tcp or udp, got {protocol!r}")
    return False


def _are_ports(first: int, last: int, at: Location, path: KeyPath, findings: Findings) -> bool:
    """Whether a container can listen on a range of ports; reports it if not."""
    if 1 <= first <= last <= _LAST_PORT:
        return True
    findings.report(
        rules.PORT_INVALID,
        at,
        path,
        f"expected a port, or a range of them, from 1 to {_LAST_PORT}",
        'name the port that the service listens on, such as "80"',
    )
    return False


def share_ports(
    project: Project, ports: Mapping[str, tuple[Listener, ...]], findings: Findings
) -> dict[str, tuple[Listener, ...]]:
    """Give each port of the task to one container, and return the ports of each.

    Two containers that declare the same one cannot run. A port that EXPOSE alone names proves
    nothing where several services have it, as a web server and a worker of one image do: it goes to
    the one that declares it, else to the one that runs the image's own command, else to the first.

    Args:
        project: The canonical model.
        ports: The ports of each service, in the order of the files.
        findings: Takes an error for what cannot run, and a warning for what may not.
    """
    claims: dict[PortPlan, list[tuple[str, Listener]]] = {}
    for name, listening in ports.items():
        for listener in listening:
            claims.setdefault(listener.plan, []).append((name, listener))
    lost: set[tuple[str, PortPlan]] = set()
    for plan, claim in claims.items():
        if len(claim) == 1:
            continue
        owner = min(claim, key=lambda each: _strength(project.services[each[0]], each[1]))
        for name, listener in claim:
            if name == owner[0]:
                continue
            if _must_clash(project, owner, (name, listener)):
                _report_taken(name, owner[0], listener, findings)
            else:
                lost.add((name, plan))
                _report_doubtful(name, owner[0], listener, findings)
    _warn_of_defaults(project, claims, findings)
    return {
        name: tuple(each for each in listening if (name, each.plan) not in lost)
        for name, listening in ports.items()
    }


def _strength(service: Service, listener: Listener) -> int:
    """The order in which services get a port: the least first, the first of equal ones."""
    if listener.is_declared:
        return 0
    return 1 if not service.command and not service.entrypoint else 2


def _must_clash(project: Project, owner: tuple[str, Listener], other: tuple[str, Listener]) -> bool:
    """Whether two containers listen on a port without any doubt."""
    claims = (owner, other)
    return all(_strength(project.services[name], each) < 2 for name, each in claims) and (
        all(each.is_declared for _, each in claims)
        or not any(each.is_declared for _, each in claims)
    )


def _report_taken(name: str, owner: str, listener: Listener, findings: Findings) -> None:
    findings.report(
        rules.PORT_TAKEN,
        listener.at,
        listener.path,
        f"container {name} listens on {listener.plan}, which {owner} already does; the containers "
        "of a task share one network interface",
        f"let {name} listen on another port",
    )


def _report_doubtful(name: str, owner: str, listener: Listener, findings: Findings) -> None:
    findings.report(
        rules.PORT_EXPOSED_TWICE,
        listener.at,
        listener.path,
        f"{owner} has port {listener.plan}; that the image of {name} has EXPOSE "
        f"{listener.plan.port} is not taken to mean that it listens there, too",
        f"if it does, let {name} listen on another port, and name that under expose",
    )


def _warn_of_defaults(
    project: Project,
    claims: Mapping[PortPlan, list[tuple[str, Listener]]],
    findings: Findings,
) -> None:
    """Warn of images whose servers have the same port by default, which no line declares."""
    users: dict[int, str] = {plan.port: claim[0][0] for plan, claim in claims.items()}
    # In the order of the files, so that the later of two is blamed.
    for service in sorted(project.services.values(), key=lambda each: each.at()):
        name = service.name
        port = default_port(service.image)
        # What has a command may have been told of another port.
        if port is None or service.command or service.entrypoint:
            continue
        declares = any(each[0] == name for plan, claim in claims.items() for each in claim)
        owner = users.setdefault(port, name)
        if owner != name and not declares:
            findings.report(
                rules.DEFAULT_PORT_TAKEN,
                service.at("image"),
                (*service.path, "image"),
                f"{name} listens on {port} unless it is told otherwise, as {owner} does; the "
                "containers of a task share one network interface",
                f"let {name} listen on another port, and name that under expose",
            )


def choose_entrypoint(
    project: Project,
    ports: Mapping[str, tuple[Listener, ...]],
    settings: Settings,
    findings: Findings,
) -> Entrypoint | None:
    """Find the container and the port that receive the traffic.

    It is the container that was named, or else the only one that publishes a TCP port, or else the
    only one that exposes one. Its first TCP port is taken, or the one that was named.
    """
    candidates = _candidates(project, ports)
    named = settings.get("entrypoint")
    if named is not None:
        name = str(named.value)
        choices = [each for each in ports if _first_tcp(ports[each])]
        wanted = settings.get("port")
        if name in ports and name not in choices and wanted is not None:
            return Entrypoint(service=name, port=int(wanted.value))
        if name not in choices:
            problem = "has no TCP port" if name in ports else "is no service of this project"
            offer = (
                f"name one of {listed(choices)}"
                if choices
                else "give it a port, or name the port, too"
            )
            findings.report(
                rules.ENTRYPOINT_UNKNOWN,
                named.at,
                named.path,
                f"the entrypoint {name!r} {problem}",
                offer,
            )
            return None
        return _port_of(name, ports[name], settings, findings)
    if len(candidates) == 1:
        return _port_of(candidates[0], ports[candidates[0]], settings, findings)
    if candidates:
        first = ports[candidates[0]][0]
        findings.report(
            rules.ENTRYPOINT_AMBIGUOUS,
            first.at,
            ("services",),
            f"several containers have ports: {listed(candidates)}; one of them must receive the "
            "traffic",
            f"choose with x-serverless-containers: {{entrypoint: {candidates[0]}}} or "
            f'entrypoint="{candidates[0]}"',
        )
        return None
    # Where nobody names anything, there is no traffic to receive either.
    wanted = settings.get("port")
    return _named_port(project, wanted, findings) if wanted is not None else None


def _candidates(project: Project, ports: Mapping[str, tuple[Listener, ...]]) -> list[str]:
    publishing = [
        name
        for name, service in project.services.items()
        if any(port.protocol.lower() == "tcp" for port in service.ports)
    ]
    return publishing or [name for name in ports if _first_tcp(ports[name])]


def _first_tcp(listening: Iterable[Listener]) -> PortPlan | None:
    return next((each.plan for each in listening if each.plan.protocol == "tcp"), None)


def _port_of(
    name: str, listening: tuple[Listener, ...], settings: Settings, findings: Findings
) -> Entrypoint | None:
    tcp = [each.plan.port for each in listening if each.plan.protocol == "tcp"]
    wanted = settings.get("port")
    if wanted is None:
        return Entrypoint(service=name, port=tcp[0])
    if wanted.value in tcp:
        return Entrypoint(service=name, port=int(wanted.value))
    findings.report(
        rules.PORT_ARGUMENT,
        wanted.at,
        wanted.path,
        f"container {name} does not listen on port {wanted.value}",
        f"name one of {listed([str(port) for port in tcp])}, or add it to the service's ports",
    )
    return None


def _named_port(project: Project, wanted: Setting, findings: Findings) -> Entrypoint | None:
    """Without any port: the one that was named, for a lone container."""
    names = list(project.services)
    if len(names) == 1:
        return Entrypoint(service=names[0], port=int(wanted.value))
    findings.report(
        rules.NO_PORT,
        wanted.at,
        wanted.path,
        f"port {wanted.value} is named, and none of {listed(names)} has a port",
        "name the one that listens on it, too, as the entrypoint, or give it a port",
    )
    return None
