"""The ports of a task's containers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from serverless_containers.compose.limits import MOST_PORTS
from serverless_containers.compose.model import Project, Service
from serverless_containers.compose.notation.ports import HIGHEST_PORT
from serverless_containers.compose.yaml.nodes import MappingNode
from serverless_containers.findings import Findings, KeyPath, Location
from serverless_containers.findings.listing import listed
from serverless_containers.plan import rules
from serverless_containers.plan.known_images import default_port, speaks_fastcgi
from serverless_containers.plan.model import PortPlan

_PORT_IN_COMMAND = re.compile(
    r"port|(?:^|\s)-[pPs]\b|sock|listen|bind|:\d{2,5}\b|\.(?:conf|cnf|cfg|sh|ya?ml)\b",
    re.IGNORECASE,
)
"""Signs that a command names a port itself, or a file that does."""


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
        # Of a port without a target the reader has told.
        if isinstance(port.node, MappingNode) and "target" in port.node:
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
        (each.first, each.last, each.protocol.lower(), each.at(), each.path)
        for each in service.expose
    ]
    is_declared = bool(service.ports or ranges)
    if not is_declared and service.build and service.build.parsed_dockerfile:
        ranges = [
            (each.first, each.last, each.protocol, each.at, ())
            for each in service.build.parsed_dockerfile.exposed
        ]
    amount = 0
    for first, last, protocol, at, path in ranges:
        if not _is_protocol(protocol, at, path, findings):
            continue
        if not _are_ports(first, last, at, path, findings):
            continue
        amount += last - first + 1
        if amount <= MOST_PORTS:
            for number in range(first, last + 1):
                plan = PortPlan(number, protocol)
                found.setdefault(
                    plan, Listener(plan=plan, at=at, path=path, is_declared=is_declared)
                )
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


def _is_protocol(protocol: str, at: Location, path: KeyPath, findings: Findings) -> bool:
    """Return whether a port is of a protocol that ECS maps; reports it if not."""
    if protocol in {"tcp", "udp"}:
        return True
    findings.report(rules.PROTOCOL_UNSUPPORTED, at, path, f"expected tcp or udp, got {protocol!r}")
    return False


def _are_ports(first: int, last: int, at: Location, path: KeyPath, findings: Findings) -> bool:
    """Return whether a container can listen on a range of ports; reports it if not."""
    if 1 <= first <= last <= HIGHEST_PORT:
        return True
    findings.report(
        rules.PORT_INVALID,
        at,
        path,
        f"expected a port, or a range of them, from 1 to {HIGHEST_PORT}",
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
    """Return whether two containers listen on a port without any doubt."""
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
    declaring = {name for claim in claims.values() for name, _ in claim}
    # In the order of the files, so that the later of two is blamed.
    for service in sorted(project.services.values(), key=lambda each: each.at()):
        name = service.name
        port = default_port(service.image)
        # FastCGI has a port of its own, and a command may name another one.
        if port is None or speaks_fastcgi(service) or _may_name_a_port(service):
            continue
        owner = users.setdefault(port, name)
        if owner != name and name not in declaring:
            findings.report(
                rules.DEFAULT_PORT_TAKEN,
                service.at("image"),
                (*service.path, "image"),
                f"{name} listens on {port} unless it is told otherwise, as {owner} does; the "
                "containers of a task share one network interface",
                f"let {name} listen on another port, and name that under expose",
            )


def _may_name_a_port(service: Service) -> bool:
    """Return whether a command, a variable or a script may tell a server of another port."""
    if service.entrypoint:
        return True
    words = " ".join(service.command or ())
    return bool(_PORT_IN_COMMAND.search(words)) or any(
        name.upper().endswith("PORT") or name.upper().endswith("PORT_NUMBER")
        for name in service.environment
    )


def note_unreached_ports(
    project: Project,
    ports: Mapping[str, tuple[Listener, ...]],
    service: str,
    port: int,
    findings: Findings,
) -> None:
    """Note the published ports that no request reaches, at the first of them.

    Args:
        project: The canonical model.
        ports: The ports of each service.
        service: The service that receives the traffic.
        port: Its port that does.
        findings: Takes the note.
    """
    left = [
        (name, listener)
        for name, listening in ports.items()
        for listener in listening
        if (name, listener.plan) != (service, PortPlan(port=port, protocol="tcp"))
        and listener.path in {each.path for each in project.services[name].ports}
    ]
    if not left:
        return
    first = left[0][1]
    shown = [f"{listener.plan} of {name}" for name, listener in left]
    findings.report(
        rules.PORT_UNREACHED,
        first.at,
        first.path,
        f"nothing outside the task reaches {listed(shown)}: requests come in at {port} of "
        f"{service}",
        "put a server in front that forwards to them by path, or deploy what callers need "
        "separately",
    )
