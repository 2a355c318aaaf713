"""The names by which the containers of a task reach each other, and values that use others.

Docker Compose has a resolver that knows the services of a project by their names. In a task they
share one loopback interface, and one /etc/hosts: the agent mounts the same file into all containers
of a task in network mode awsvpc (aws/containers-roadmap#886). The first container of the task adds
the names to it, so that values, configuration files and code need no change.
"""

import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence

from serverless_containers.compose.model import Project, Service
from serverless_containers.findings import Findings, KeyPath, Location
from serverless_containers.findings.listing import listed
from serverless_containers.plan import rules
from serverless_containers.plan.model import HostPlan, PortPlan
from serverless_containers.plan.places import place
from serverless_containers.plan.settings import EXTENSION, Settings

_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?")
_LOOPBACK = "127.0.0.1"
_OWN = frozenset({"localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback"})
_GATEWAY = "host-gateway"
_DOCKER_HOSTS = ("host.docker.internal", "gateway.docker.internal", "docker.for.mac.localhost")

_HOST = re.compile(
    r"(?P<before>//|@|(?<![\w.@/-]))(?P<name>[A-Za-z0-9_][A-Za-z0-9_.-]*)"
    r"(?P<port>:\d+(?![^/?,;\s]))?(?![\w.-])"
    r"(?!:[^/@\s]{0,255}@|:[^/@\s]{256})"
)
"""Pattern of the host of an address; a user's name before ``@`` is none, and so is a name before
what may be a password longer than is searched."""
_HOST_VARIABLE = re.compile(r"HOST|SERVER|ADDR|ENDPOINT|UPSTREAM|BROKER|NODE", re.IGNORECASE)
_LOCAL_PORT = re.compile(r"(?<![\w.-])(?:localhost|127\.0\.0\.1|\[::1\]):(?P<port>\d{1,5})(?!\d)")


def plan_hosts(project: Project, settings: Settings, findings: Findings) -> tuple[HostPlan, ...]:
    """Return the entries of the task's /etc/hosts, in the order of their names.

    Those are the names that Docker Compose's resolver has for each service (its own, that of its
    container, its host name, aliases of networks, links), at the loopback address; and
    ``extra_hosts``.

    Args:
        project: The canonical model.
        settings: The settings of the project. With ``names: none`` there are no entries.
        findings: Takes names and addresses that the file cannot hold.
    """
    setting = settings.get("names")
    if setting is not None and setting.value == "none":
        _report_left_out(project, findings)
        return ()
    extra = _extra_hosts(project, findings)
    # As a resolver compares names: without the case of their letters.
    own: dict[str, str] = {}
    if len(project.services) > 1:
        for service in project.services.values():
            for name, at, path in _names(service):
                if name.lower() in _OWN:
                    continue
                if not _NAME.fullmatch(name):
                    _report_name(name, at, path, findings)
                elif extra.get(name.lower(), (name, (_LOOPBACK,)))[1] != (_LOOPBACK,):
                    _report_conflict(name, f"the service {service.name}", at, path, findings)
                else:
                    own.setdefault(name.lower(), name)
    entries = {HostPlan(name=name, address=_LOOPBACK): None for name in own.values()}
    entries |= {
        HostPlan(name=name, address=address): None
        for lowered, (name, addresses) in extra.items()
        if lowered not in own
        for address in addresses
    }
    return tuple(sorted(entries, key=lambda each: (each.name, each.address)))


def warn_of_addresses(
    project: Project,
    hosts: Sequence[HostPlan],
    ports: Mapping[str, Sequence[PortPlan]],
    findings: Findings,
) -> None:
    """Warn of values whose address leads nowhere in a task.

    Args:
        project: The canonical model.
        hosts: The entries of the task's /etc/hosts.
        ports: The ports on which each service listens.
        findings: Takes the warnings.
    """
    known = {each.name.lower() for each in hosts}
    listening = {each.port for several in ports.values() for each in several}
    published = _published(project, listening)
    # A service's own name leads to itself without an entry.
    unknown = {
        name
        for name in (*project.disabled, *project.services, *_DOCKER_HOSTS)
        if name.lower() not in known
    }
    for service in project.services.values():
        for variable, value, at, path in _values(service):
            for name in _hosts_in(value, variable):
                if name in unknown and name != service.name:
                    _report_unknown(name, service, (at, path), project, findings)
            for port in dict.fromkeys(_LOCAL_PORT.findall(value)):
                if port in published:
                    sibling, target = published[port]
                    findings.report(
                        rules.PUBLISHED_PORT,
                        at,
                        path,
                        f"{sibling} publishes {target} as {port}, which holds on a laptop alone; "
                        f"in the task it listens on {target}",
                        f"write localhost:{target}, or the address of the deployment where a "
                        "browser uses it",
                    )


def _names(service: Service) -> Iterator[tuple[str, Location, KeyPath]]:
    yield service.name, *place(service)
    if service.container_name:
        yield service.container_name, *place(service, "container_name")
    if service.hostname:
        yield service.hostname, *place(service, "hostname")
        if service.domainname:
            yield f"{service.hostname}.{service.domainname}", *place(service, "domainname")
    for network in service.networks.values():
        for index, alias in enumerate(network.aliases):
            yield alias, *place(network, "aliases", index)
    for index, link in enumerate(service.links):
        yield link.rpartition(":")[2], *place(service, "links", index)


def _extra_hosts(project: Project, findings: Findings) -> dict[str, tuple[str, tuple[str, ...]]]:
    """The names and addresses of ``extra_hosts``, by the names in lower case."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    # In the order of the files, so that the later of two is blamed.
    for service in sorted(project.services.values(), key=lambda each: each.at()):
        for name, addresses in service.extra_hosts.items():
            at, path = place(service, "extra_hosts", name)
            usable = tuple(each for each in addresses if _is_address(each))
            if not _NAME.fullmatch(name):
                _report_name(name, at, path, findings)
            elif name.lower() in _OWN:
                _report_own(name, addresses, at, path, findings)
            elif _GATEWAY in addresses:
                _report_gateway(name, at, path, findings)
            elif len(usable) < len(addresses):
                wrong = next(each for each in addresses if each not in usable)
                findings.report(
                    rules.HOST_INVALID,
                    at,
                    path,
                    f"{wrong!r} is no address, so that {name} is left out",
                    "write an address of IPv4 or IPv6",
                )
            elif found.setdefault(name.lower(), (name, usable))[1] != usable:
                _report_conflict(name, listed(found[name.lower()][1]), at, path, findings)
    return found


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    # The number of an interface is of one machine.
    return "%" not in text


def _published(project: Project, listening: set[int]) -> dict[str, tuple[str, int]]:
    """The service and its port behind each port of a laptop on which no container listens."""
    found: dict[str, tuple[str, int]] = {}
    for service in project.services.values():
        for port in service.ports:
            number = port.published
            if number and number.isdecimal() and int(number) not in listening:
                found.setdefault(number, (service.name, port.target))
    return found


def _values(service: Service) -> Iterator[tuple[str, str, Location, KeyPath]]:
    """The texts of a service that may name a host, each with its variable, if it is of one."""
    for name, value in service.environment.items():
        if value:
            yield name, value, *place(service, "environment", name)
    for key, words in (("command", service.command), ("entrypoint", service.entrypoint)):
        for word in words or ():
            yield "", word, *place(service, key)


def _hosts_in(value: str, variable: str) -> Iterator[str]:
    found: dict[str, None] = {}
    for match in _HOST.finditer(value):
        is_all = match["name"] == value and _HOST_VARIABLE.search(variable)
        if match["before"] or match["port"] or is_all:
            found[match["name"]] = None
    yield from found


def _report_unknown(
    name: str,
    service: Service,
    place_of: tuple[Location, KeyPath],
    project: Project,
    findings: Findings,
) -> None:
    at, path = place_of
    if name in _DOCKER_HOSTS:
        _report_gateway(name, at, path, findings)
    elif name in project.disabled:
        findings.report(
            rules.NAME_UNRESOLVED,
            at,
            path,
            f"{service.name} names {name} as a host, which the active profiles leave out",
            f"activate a profile of {name}, or name what takes its place",
        )
    else:
        findings.report(
            rules.NAME_UNRESOLVED,
            at,
            path,
            f"{service.name} names {name} as a host, and nothing in the task resolves that name",
            "write localhost",
        )


def _report_name(name: str, at: Location, path: KeyPath, findings: Findings) -> None:
    findings.report(
        rules.HOST_INVALID,
        at,
        path,
        f"{name!r} is no name of a host, so that it is left out of the task's /etc/hosts",
        "use letters, digits, hyphens, underscores and dots",
    )


def _report_gateway(name: str, at: Location, path: KeyPath, findings: Findings) -> None:
    findings.report(
        rules.HOST_GATEWAY,
        at,
        path,
        f"{name} is the machine that runs Docker, and a task has none: the name is not resolved",
        "name what is to be reached: another service of this file, or the address of a host",
    )


def _report_own(
    name: str, addresses: Sequence[str], at: Location, path: KeyPath, findings: Findings
) -> None:
    """Report another address for a name by which the containers of a task reach each other."""
    if any(
        not _is_address(each) or not ipaddress.ip_address(each).is_loopback for each in addresses
    ):
        findings.report(
            rules.HOST_CONFLICT,
            at,
            path,
            f"{name} is the loopback interface, at which the containers of a task reach each other",
            "use another name",
        )


def _report_conflict(
    name: str, other: str, at: Location, path: KeyPath, findings: Findings
) -> None:
    findings.report(
        rules.HOST_CONFLICT,
        at,
        path,
        f"{name} is {other} already, and the containers of a task share one /etc/hosts",
        "use another name for one of the two",
    )


def _report_left_out(project: Project, findings: Findings) -> None:
    for service in project.services.values():
        if service.extra_hosts:
            findings.report(
                rules.HOST_INVALID,
                *place(service, "extra_hosts"),
                f"{EXTENSION} has names: none, so that extra_hosts is left out",
                "remove one of the two",
            )
