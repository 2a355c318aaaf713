"""The ports of a task's containers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from serverless_containers.compose.limits import MOST_PORTS
from serverless_containers.compose.model import Service
from serverless_containers.findings import Findings, KeyPath, Location
from serverless_containers.plan import rules
from serverless_containers.plan.model import PortPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A port of a container, with its place in the files."""

    plan: PortPlan
    at: Location
    path: KeyPath


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
