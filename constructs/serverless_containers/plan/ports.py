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


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A port of a container, with its place in the files."""

    plan: PortPlan
    at: Location
    path: KeyPath


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrypoint:
    """The container and the port that receive the traffic."""

    service: str
    port: int


def listeners(service: Service, findings: Findings) -> tuple[Listener, ...]:
    """Return the ports of a service: in the file's order those published, then those exposed.

    The Dockerfile's EXPOSE stands in where the file names no port at all.
    """
    found: dict[PortPlan, Listener] = {}
    for index, port in enumerate(service.ports):
        if port.protocol not in {"tcp", "udp"}:
            findings.report(
                rules.PROTOCOL_UNSUPPORTED,
                port.at("protocol"),
                (*service.path, "ports", index),
                f"expected tcp or udp, got {port.protocol!r}",
            )
            continue
        plan = PortPlan(port.target, port.protocol)
        found.setdefault(plan, Listener(plan=plan, at=port.at("target"), path=port.path))
        if port.host_ip:
            findings.report(
                rules.PORT_HOST_ADDRESS,
                port.at("host_ip"),
                (*service.path, "ports", index),
                f"the host address {port.host_ip} is left out: a task has an interface of its own",
            )
    ranges: list[tuple[int, int, str, Location, KeyPath]] = [
        (each.first, each.last, each.protocol, each.at(), each.path)
        for each in service.expose
        if each.first <= each.last
    ]
    if not found and not ranges and service.build and service.build.parsed_dockerfile:
        ranges = [
            (each.first, each.last, each.protocol, each.at, ())
            for each in service.build.parsed_dockerfile.exposed
        ]
    amount = 0
    for first, last, protocol, at, path in ranges:
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
            found.setdefault(plan, Listener(plan=plan, at=at, path=path))
    return tuple(found.values())


def check_taken(ports: Mapping[str, Iterable[Listener]], findings: Findings) -> None:
    """Report every port on which two containers of the task would listen."""
    owners: dict[PortPlan, str] = {}
    for name, listening in ports.items():
        for listener in listening:
            owner = owners.setdefault(listener.plan, name)
            if owner != name:
                findings.report(
                    rules.PORT_TAKEN,
                    listener.at,
                    listener.path,
                    f"container {name} listens on {listener.plan}, which {owner} already does; the "
                    "containers of a task share one network interface",
                    f"let {name} listen on another port",
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
        if any(port.protocol == "tcp" for port in service.ports)
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
