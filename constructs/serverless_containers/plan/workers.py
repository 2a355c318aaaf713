"""Projects that no requests reach: workers."""

from collections.abc import Iterator, Mapping

from serverless_containers.compose.model import Project, Service
from serverless_containers.compose.notation.ports import HIGHEST_PORT
from serverless_containers.compose.yaml.nodes import MappingNode, Sequence
from serverless_containers.findings import Findings, KeyPath, Location
from serverless_containers.findings.listing import listed
from serverless_containers.plan import rules
from serverless_containers.plan.places import place
from serverless_containers.plan.ports import Listener
from serverless_containers.plan.settings import Settings

_WORKER = "a worker, which ContainerService runs"


def is_worker(ports: Mapping[str, tuple[Listener, ...]], settings: Settings) -> bool:
    """Return whether no service has a TCP port, and nobody says which one gets requests.

    Args:
        ports: The ports of each service.
        settings: The settings of the file, with the caller's over them.
    """
    if "entrypoint" in settings or "port" in settings:
        return False
    return not any(each.plan.protocol == "tcp" for some in ports.values() for each in some)


def note_worker(project: Project, findings: Findings) -> None:
    """Note that a project without ports is a worker.

    Args:
        project: The canonical model.
        findings: Takes the note.
    """
    at, path, problem, way_out = _missing_port(project)
    findings.report(
        rules.NO_INGRESS,
        at,
        path,
        f"{problem}: this is {_WORKER}",
        f"if it serves requests, {way_out}",
    )


def report_missing_port(project: Project, findings: Findings) -> None:
    """Report that no port is there for what forwards requests.

    Args:
        project: The canonical model.
        findings: Takes the error.
    """
    at, path, problem, way_out = _missing_port(project)
    findings.report(
        rules.NO_PORT, at, path, problem, f"{way_out}; what serves no requests is {_WORKER}"
    )


def note_unreached(
    project: Project,
    ports: Mapping[str, tuple[Listener, ...]],
    settings: Settings,
    findings: Findings,
) -> None:
    """Note what the files say of requests, which do not come in without an ingress.

    Args:
        project: The canonical model.
        ports: The ports of each service.
        settings: The settings of the file, with the caller's over them.
        findings: Takes a note for a named entrypoint or port, and one for each published port.
    """
    what = "a ContainerService has no ingress"
    way_out = "where requests shall come in, use ContainerApi or ContainerHosting"
    for name in ("entrypoint", "port"):
        if (setting := settings.get(name)) is not None:
            message = f"the {name} is left aside: {what}"
            findings.report(rules.NO_INGRESS, setting.at, setting.path, message, way_out)
    for name, listening in ports.items():
        published = {port.path for port in project.services[name].ports}
        for each in listening:
            if each.path in published:
                message = f"nothing outside the task reaches port {each.plan} of {name}: {what}"
                findings.report(rules.NO_INGRESS, each.at, each.path, message, way_out)


def _missing_port(project: Project) -> tuple[Location, KeyPath, str, str]:
    """The place where a port is missing, what is wrong there, and what to do about it."""
    lone = next(iter(project.services.values())) if len(project.services) == 1 else None
    dockerfile = lone.build.parsed_dockerfile if lone is not None and lone.build else None
    named = dict(_named_ports(project))
    if dockerfile is not None:
        port = next(iter(named.values()), None)
        suggested = (
            f"EXPOSE {port}, which its variable PORT names"
            if port
            else "EXPOSE 80 if it is the usual one"
        )
        return (
            dockerfile.at,
            (),
            "the Dockerfile has no EXPOSE, so that no port is known to receive the traffic",
            f"add the port that the application listens on: {suggested}, or port={port or 80}",
        )
    told = listed([f"{port} of {name}" for name, port in named.items()])
    cleared = [each for each in project.services.values() if _clears_ports(each)]
    at, path = place(cleared[0], "ports") if cleared else (project.at("services"), ("services",))
    emptied = f", and the list of {listed([each.name for each in cleared])} is empty"
    return (
        at,
        path,
        "no container has a port to receive the traffic" + (emptied if cleared else ""),
        "add ports to the one that serves requests: "
        f'ports: ["{next(iter(named.values()), 80)}"]'
        + (f" (the variable PORT names {told})" if told else "")
        # A service's own list takes the place of the one that `<<` merges in.
        + (", in the service itself, over what a merge key brings" if cleared else ""),
    )


def _clears_ports(service: Service) -> bool:
    """Return whether a service, or what is merged into it, has an empty list of ports."""
    ports = service.node.get("ports") if isinstance(service.node, MappingNode) else None
    return isinstance(ports, Sequence) and not len(ports)


def _named_ports(project: Project) -> Iterator[tuple[str, int]]:
    """The ports that the variable PORT of a service names, in the order of the files."""
    for service in sorted(project.services.values(), key=lambda each: each.at()):
        text = _port_variable(service)
        if text is not None and text.isascii() and text.isdecimal():
            number = int(text) if len(text) <= len(str(HIGHEST_PORT)) else 0
            if 1 <= number <= HIGHEST_PORT:
                yield service.name, number


def _port_variable(service: Service) -> str | None:
    if "PORT" in service.environment:
        return service.environment["PORT"]
    dockerfile = service.build.parsed_dockerfile if service.build else None
    return dockerfile.environment.get("PORT") if dockerfile is not None else None
