"""The ports of a task's containers, and the one that receives the traffic."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from serverless_containers.compose.limits import MOST_PORTS
from serverless_containers.compose.model import Exposed, Project, Service
from serverless_containers.compose.yaml.nodes import Scalar
from serverless_containers.findings import Findings, KeyPath, Location
from serverless_containers.findings.listing import listed
from serverless_containers.plan import rules
from serverless_containers.plan.model import PortPlan
from serverless_containers.plan.settings import Settings

_HIGHEST = 65535


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
        if port.target > _HIGHEST:
            findings.report(
                rules.PORT_RANGE,
                port.at("target"),
                port.path,
                f"expected a port from 1 to {_HIGHEST}, got {port.target}",
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
    if len(found) > MOST_PORTS:
        first_above = list(found.values())[MOST_PORTS]
        findings.report(
            rules.TOO_MANY_PORTS,
            first_above.at,
            first_above.path,
            f"{service.name} has {len(found)} ports; a service has at most {MOST_PORTS}, ranges "
            "expanded",
            "name the ports that it listens on",
        )
        return tuple(found.values())
    ranges: list[tuple[int, int, str, Location, KeyPath]] = [
        (each.first, each.last, each.protocol, each.at(), each.path)
        for each in service.expose
        if _is_range(each, findings)
    ]
    if not found and not ranges and service.build and service.build.parsed_dockerfile:
        ranges = [
            (each.first, each.last, each.protocol, each.at, ())
            for each in service.build.parsed_dockerfile.exposed
        ]
    amount = 0
    for first, last, protocol, at, path in ranges:
        if protocol not in {"tcp", "udp"}:
            findings.report(
                rules.PROTOCOL_UNSUPPORTED,
                at,
                path,
                f"expected tcp or udp, got {protocol!r}",
                "remove it, or name the ports of the service in the Compose file",
            )
            continue
        amount += last - first + 1
        if amount <= MOST_PORTS:
            for number in range(first, last + 1):
                plan = PortPlan(number, protocol)
                found.setdefault(plan, Listener(plan=plan, at=at, path=path))
        if max(amount, len(found)) > MOST_PORTS:
            findings.report(
                rules.TOO_MANY_PORTS,
                at,
                path,
                f"{service.name} exposes {first} to {last}; a service has at most {MOST_PORTS} "
                "ports, ranges expanded",
                "name the ports that it listens on",
            )
            break
    return tuple(found.values())


def _is_range(exposed: Exposed, findings: Findings) -> bool:
    """Return whether ports ascend and are ports, and report it if not."""
    if exposed.first <= exposed.last <= _HIGHEST:
        return True
    text = exposed.node.text if isinstance(exposed.node, Scalar) else ""
    findings.report(
        rules.PORT_RANGE,
        exposed.at(),
        exposed.path,
        f"expected a port from 1 to {_HIGHEST}, or a range of them that ascends, got {text!r}",
        'write "80", or "80-90"',
    )
    return False


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
        if name not in choices:
            problem = "has no TCP port" if name in ports else "is no service of this project"
            offer = f"name one of {listed(choices)}" if choices else "give it a port"
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
    return _suggest_port(project, settings, findings)


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


def _suggest_port(project: Project, settings: Settings, findings: Findings) -> Entrypoint | None:
    """Without any port: take the one that was named for a lone container, else suggest port 80."""
    wanted = settings.get("port")
    if wanted is not None and len(project.services) == 1:
        return Entrypoint(service=next(iter(project.services)), port=int(wanted.value))
    for service in project.services.values():
        dockerfile = service.build.parsed_dockerfile if service.build else None
        if dockerfile is not None and len(project.services) == 1:
            findings.report(
                rules.NO_PORT,
                dockerfile.at,
                (),
                "the Dockerfile has no EXPOSE, so that no port is known to receive the traffic",
                "add the port that the application listens on: EXPOSE 80 if it is the usual one",
            )
            return None
    findings.report(
        rules.NO_PORT,
        project.at("services"),
        ("services",),
        "no container has a port to receive the traffic",
        'add ports to the one that serves requests: ports: ["80"]',
    )
    return None
