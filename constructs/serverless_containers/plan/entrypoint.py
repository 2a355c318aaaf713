"""The container and the port that receive the traffic.

The files name them, or leave one choice. Where they leave several, one is chosen by the first rule
that decides, and a warning says which: under ``strict`` it is an error, so that a service more in a
file never moves a public entrypoint by itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from serverless_containers.compose.model import Project, Service
from serverless_containers.findings import Findings
from serverless_containers.findings.listing import listed
from serverless_containers.plan import rules
from serverless_containers.plan.known_images import (
    Purpose,
    is_web_server,
    known_as,
    speaks_fastcgi,
)
from serverless_containers.plan.lifecycle import awaited_services
from serverless_containers.plan.ports import Listener
from serverless_containers.plan.settings import EXTENSION, Setting, Settings

NOT_HTTP: Mapping[int, str] = {
    21: "FTP",
    22: "SSH",
    23: "Telnet",
    25: "SMTP",
    53: "DNS",
    110: "POP3",
    139: "SMB",
    143: "IMAP",
    389: "LDAP",
    445: "SMB",
    465: "SMTP",
    587: "SMTP",
    636: "LDAP",
    873: "rsync",
    993: "IMAP",
    995: "POP3",
    1025: "SMTP",
    1433: "Microsoft SQL Server",
    1521: "Oracle Database",
    1883: "MQTT",
    1935: "RTMP",
    2049: "NFS",
    2181: "ZooKeeper",
    2525: "SMTP",
    3306: "MySQL",
    3389: "RDP",
    4222: "NATS",
    4317: "gRPC",
    5005: "the Java debugger",
    5060: "SIP",
    5432: "PostgreSQL",
    5671: "AMQP",
    5672: "AMQP",
    5900: "VNC",
    6379: "Redis",
    6432: "PostgreSQL",
    7233: "gRPC",
    7687: "Bolt",
    8883: "MQTT",
    9042: "Cassandra",
    9092: "Kafka",
    9229: "the Node.js inspector",
    9300: "Elasticsearch's transport",
    11211: "memcached",
    25565: "Minecraft",
    26379: "Redis",
    27017: "MongoDB",
    27018: "MongoDB",
    27019: "MongoDB",
    24224: "Fluentd's forward protocol",
    28015: "RethinkDB",
    29092: "Kafka",
    33060: "MySQL",
    50051: "gRPC",
    61613: "STOMP",
    61616: "OpenWire",
}
"""Ports on which no HTTP is spoken, and the protocol that is: the Service Name and Transport
Protocol Port Number Registry of IANA, or else the manual of the software that listens there."""
_FASTCGI = 9000
"""The port of PHP's process manager, which speaks FastCGI; others speak HTTP there."""
_TLS = frozenset({443, 8443})
"""Ports of HTTP over TLS, which an ingress does not speak to a task."""
_WEB = ("80", "443", "8080", "8000", "3000")
"""The published ports by which a service is taken for the one in front."""
_FRONT = ("80", "443")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrypoint:
    """The container and the port that receive the traffic.

    Attributes:
        service: The service.
        port: The port.
        why: The reason of a choice; empty where there was none to make.
    """

    service: str
    port: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A service on one of whose ports HTTP may be spoken.

    Attributes:
        name: The service.
        listener: That port.
        published: The ports of the host at which it is published, that of the container where the
            files name none of the host; none if it is only exposed.
        on_host: Those that the files name: Docker takes any free port for the others.
        ends: Whether another service waits for its end.
        purpose: Its purpose, by its image.
        description: The same in words.
        is_web_server: Whether it runs a well-known web server or proxy.
    """

    name: str
    listener: Listener
    published: tuple[str, ...]
    on_host: tuple[str, ...]
    ends: bool
    purpose: Purpose
    description: str
    is_web_server: bool

    @property
    def port(self) -> int:
        return self.listener.plan.port

    def __str__(self) -> str:
        outside = [each for each in self.published if each != str(self.port)]
        return f"{self.name} ({self.port}{f', published on {listed(outside)}' if outside else ''})"


def choose_entrypoint(
    project: Project,
    ports: Mapping[str, tuple[Listener, ...]],
    settings: Settings,
    findings: Findings,
) -> Entrypoint | None:
    """Find the container and the port that receive the traffic.

    That is the container that was named, or the one that listens on the port that was named; else
    the only one on a port of which HTTP may be spoken; else one that is chosen, with a warning that
    says by which rule. Its first such port is taken, or the one that was named.

    Args:
        project: The canonical model.
        ports: The TCP and UDP ports of its services.
        settings: The decisions of the file and of the caller.
        findings: Takes the warning of a choice, and an error where nothing can be chosen.
    """
    named = settings.get("entrypoint")
    if named is not None:
        return _named(project, ports, settings, findings)
    wanted = settings.get("port")
    if not any(_tcp(each) for each in ports.values()):
        # Where nobody names anything, there is no traffic to receive either.
        return None if wanted is None else _named_port(project, wanted, findings)
    owner = None if wanted is None else _owner_of(int(wanted.value), ports)
    if owner is not None:
        return _owned(owner, project, ports, settings, findings)
    chosen = _chosen(project, ports, findings)
    if chosen is None or wanted is None:
        return chosen
    return _port_of(chosen.service, project, ports, settings, findings)


def _chosen(
    project: Project, ports: Mapping[str, tuple[Listener, ...]], findings: Findings
) -> Entrypoint | None:
    """The entrypoint where nothing is named."""
    candidates = _candidates(project, ports)
    if not candidates:
        _refuse_protocols(project, ports, findings)
        return None
    awaited = awaited_services(project)
    silent = [each for each in _silent_applications(project, candidates) if each not in awaited]
    if silent and _fitting(candidates)[0].purpose >= Purpose.TOOL:
        _refuse_tools(candidates, silent, findings)
        return None
    chosen, reason = _choose(project, candidates)
    if chosen is None:
        _report_undecided(candidates, reason, findings)
        return None
    if reason:
        _report_choice(chosen.name, chosen.listener, reason, findings)
    if chosen.port in _TLS:
        findings.report(
            rules.ENTRYPOINT_TLS,
            chosen.listener.at,
            chosen.listener.path,
            f"{chosen.name} has port {chosen.port} alone, where servers speak TLS: the ingress "
            "ends TLS, and asks a task in plain HTTP",
            f"let it listen for HTTP, too, and expose that port; if {chosen.port} speaks HTTP, say "
            f"so with {EXTENSION}: {{port: {chosen.port}}} or port={chosen.port}",
        )
    return Entrypoint(service=chosen.name, port=chosen.port, why=reason)


def _owned(
    owner: tuple[str, Listener],
    project: Project,
    ports: Mapping[str, tuple[Listener, ...]],
    settings: Settings,
    findings: Findings,
) -> Entrypoint | None:
    """The entrypoint where its port alone is named, and a service has it."""
    name, listener = owner
    entrypoint = _port_of(name, project, ports, settings, findings)
    if entrypoint is None:
        return None
    unasked = Findings()
    chosen = _chosen(project, ports, unasked)
    is_only = [each for each in ports if _tcp(ports[each])] == [name]
    is_same = chosen is not None and chosen.service == name and not len(unasked)
    # What has no port in the files may have been given this one before another declared it, and
    # before that one awaited its end.
    silent = _silent_applications(project, _candidates(project, ports))
    if not (is_only or is_same) or [each for each in silent if each != name]:
        _report_choice(name, listener, "it alone has the port that is named", findings)
    return entrypoint


def _owner_of(port: int, ports: Mapping[str, tuple[Listener, ...]]) -> tuple[str, Listener] | None:
    """The service with a TCP port: one alone has it, on the network interface of the task."""
    return next(
        (
            (name, each)
            for name, listening in ports.items()
            for each in listening
            if _tcp([each]) == [port]
        ),
        None,
    )


def _report_choice(name: str, listener: Listener, reason: str, findings: Findings) -> None:
    findings.report(
        rules.ENTRYPOINT_CHOSEN,
        listener.at,
        listener.path,
        f"{name} receives the traffic, on port {listener.plan.port}: {reason}",
        _how_to_name([name]),
    )


def _how_to_name(names: Sequence[str]) -> str:
    name = names[0] if len(names) == 1 else "…"
    return f'say so with {EXTENSION}: {{entrypoint: {name}}} or entrypoint="{name}"'


def _tcp(listening: Iterable[Listener]) -> list[int]:
    return [each.plan.port for each in listening if each.plan.protocol == "tcp"]


def _protocol(service: Service, port: int) -> str | None:
    """The protocol other than HTTP that a service speaks on a port; None if HTTP may be spoken."""
    if port == _FASTCGI and speaks_fastcgi(service):
        return "FastCGI"
    return NOT_HTTP.get(port)


def _http_listener(service: Service, listening: Iterable[Listener]) -> Listener | None:
    """The first port on which HTTP may be spoken, one without TLS before others."""
    capable = [
        each
        for each in listening
        if each.plan.protocol == "tcp" and _protocol(service, each.plan.port) is None
    ]
    plain = (each for each in capable if each.plan.port not in _TLS)
    return next(plain, capable[0] if capable else None)


def _candidates(
    project: Project, ports: Mapping[str, tuple[Listener, ...]]
) -> tuple[_Candidate, ...]:
    """The services that can receive the traffic."""
    ending = awaited_services(project)
    found = []
    for name, listening in ports.items():
        service = project.services[name]
        listener = _http_listener(service, listening)
        if listener is None:
            continue
        known = known_as(service)
        ports_of_host = [
            port.published
            for port in service.ports
            if port.target == listener.plan.port and port.protocol.lower() == "tcp"
        ]
        found.append(
            _Candidate(
                name,
                listener,
                tuple(each or str(listener.plan.port) for each in ports_of_host),
                tuple(filter(None, ports_of_host)),
                name in ending,
                known.purpose,
                known.description,
                is_web_server(service),
            )
        )
    return tuple(found)


def _choose(project: Project, candidates: Sequence[_Candidate]) -> tuple[_Candidate | None, str]:
    """Return the service that receives the traffic, and why it is chosen where others could.

    Without a choice, the reason for that.
    """
    pool = _pool(candidates)
    if len(pool) == 1:
        return pool[0], _why_alone(project, pool[0], candidates)
    depended = _depended(project, [each.name for each in pool])
    rivals = pool
    for web in (_WEB, _FRONT):
        on_web = [each for each in rivals if set(each.published) & set(web)]
        # A proxy may be started before what it hands requests on to.
        if len(on_web) == 1 and (on_web[0].is_web_server or on_web[0].name not in depended):
            return on_web[0], _why_web(on_web[0], web)
        rivals = on_web if len(on_web) > 1 else rivals
    names = [each.name for each in rivals]
    depended = _depended(project, names)
    free = [each for each in rivals if each.name not in depended]
    if len(free) == 1:
        return free[0], f"of {listed(names)} it alone is one that none of the others depends on"
    servers = [each for each in rivals if each.is_web_server]
    if len(servers) == 1:
        return servers[0], f"of {listed(names)} it alone is a web server by its image"
    on_web = [each for each in pool if set(each.published) & set(_WEB)]
    amount = {0: "none of them is", 1: "one that another depends on is"}
    return None, (
        f"{amount.get(len(on_web), 'several of them are')} published on {_either(_WEB)}, no single "
        "one depends on the others, and no single one is a web server by its image"
    )


def _why_web(chosen: _Candidate, web: Sequence[str]) -> str:
    """Say that one alone has a usual port, of the host or, without any there, of the container."""
    is_published = any(port in web for port in chosen.on_host)
    return f"it alone {'is published on' if is_published else 'has port'} {_either(web)}"


def _either(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"


def _fitting(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Those whose purpose is nearest to that of an application, one that ends left out."""
    # Where it is the only one, the rule that says what is wrong with it needs it.
    lasting = [each for each in candidates if not each.ends] or list(candidates)
    purpose = min(each.purpose for each in lasting)
    return [each for each in lasting if each.purpose is purpose]


def _pool(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Those that one is chosen from: of the fitting ones those that are published, if any is."""
    fitting = _fitting(candidates)
    return [each for each in fitting if each.published] or fitting


def _described(candidates: Iterable[_Candidate]) -> str:
    return listed([f"{each.name} is {each.description}" for each in candidates])


def _why_alone(project: Project, chosen: _Candidate, candidates: Sequence[_Candidate]) -> str:
    """Why the last one left is chosen; nothing where the files leave no other."""
    # To publish a port, beside services that expose theirs, is to say who is asked from outside.
    rivals = [
        each
        for each in candidates
        if each is not chosen and (each.published or not chosen.published)
    ]
    ended = [each.name for each in rivals if each.ends and each.purpose is chosen.purpose]
    if ended:
        return f"other services wait for the end of {listed(ended)}"
    if rivals and chosen.purpose is Purpose.APPLICATION:
        return f"it alone is no store, broker or tool: {_described(rivals)}"
    if rivals:
        return f"it is {chosen.description}: {_described(rivals)}"
    if chosen.purpose >= Purpose.TOOL and (len(project.services) > 1 or not chosen.published):
        return f"it is {chosen.description}, and no application has a port"
    # A Dockerfile alone has no other way to say so.
    if not chosen.published and project.files:
        return "no service publishes a port, and it alone exposes one that may speak HTTP"
    return ""


def _silent_applications(project: Project, candidates: Sequence[_Candidate]) -> list[str]:
    """The applications of a project that have no port on which HTTP may be spoken."""
    others = {each.name for each in candidates}
    return [
        name
        for name, service in project.services.items()
        if name not in others and known_as(service).purpose is Purpose.APPLICATION
    ]


def _depended(project: Project, names: Sequence[str]) -> set[str]:
    """Those of some services on which another one of them depends, directly or not."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        service = project.services.get(waiting.pop())
        for each in service.depends_on if service else ():
            if each.service not in found:
                found.add(each.service)
                waiting.append(each.service)
    return found & set(names)


def _report_undecided(candidates: Sequence[_Candidate], reason: str, findings: Findings) -> None:
    shown = _pool(candidates)
    findings.report(
        rules.ENTRYPOINT_AMBIGUOUS,
        shown[0].listener.at,
        ("services",),
        f"several containers can receive the traffic: {listed([str(each) for each in shown])}; "
        f"{reason}",
        f'name one with {EXTENSION}: {{entrypoint: …}} or entrypoint="…"',
    )


def _refuse_tools(
    candidates: Sequence[_Candidate], silent: Sequence[str], findings: Findings
) -> None:
    """Report that the only ports are those of stores and tools, and not of the applications."""
    findings.report(
        rules.NO_HTTP_PORT,
        candidates[0].listener.at,
        candidates[0].listener.path,
        f"no application has a port to receive the traffic, which {listed(silent)} may need: "
        f"{_described(candidates)}",
        f"add the port that {silent[0] if len(silent) == 1 else 'one of them'} listens on, "
        f"or {_how_to_name([each.name for each in candidates])}",
    )


def _refuse_protocols(
    project: Project, ports: Mapping[str, tuple[Listener, ...]], findings: Findings
) -> None:
    """Report that on no port of some services HTTP is spoken, at the first."""
    told = [
        f"{port} of {name} is {_protocol(project.services[name], port)}"
        for name in ports
        for port in _tcp(ports[name])
    ]
    first = next(each for listening in ports.values() for each in listening if _tcp([each]))
    findings.report(
        rules.NO_HTTP_PORT,
        first.at,
        first.path,
        f"no container has a port that speaks HTTP: {listed(told)}",
        'add ports to the one that serves requests: ports: ["80"], name the port with '
        f"{EXTENSION}: {{port: …}} or port=… if it speaks HTTP all the same, or run a worker as a "
        "ContainerService (check --worker)",
    )


def _named(
    project: Project,
    ports: Mapping[str, tuple[Listener, ...]],
    settings: Settings,
    findings: Findings,
) -> Entrypoint | None:
    """The service that the file or the caller names."""
    named = settings["entrypoint"]
    name = str(named.value)
    choices = [each for each in ports if _tcp(ports[each])]
    if name in ports and name not in choices and (wanted := settings.get("port")) is not None:
        return Entrypoint(service=name, port=int(wanted.value))
    if name not in choices:
        problem = "has no TCP port" if name in ports else "is no service of this project"
        offer = (
            f"name one of {listed(choices)}" if choices else "give it a port, or name the port, too"
        )
        findings.report(
            rules.ENTRYPOINT_UNKNOWN,
            named.at,
            named.path,
            f"the entrypoint {name!r} {problem}",
            offer,
        )
        return None
    return _port_of(name, project, ports, settings, findings)


def _port_of(
    name: str,
    project: Project,
    ports: Mapping[str, tuple[Listener, ...]],
    settings: Settings,
    findings: Findings,
) -> Entrypoint | None:
    """The port of a service that was named or chosen."""
    tcp, wanted = _tcp(ports[name]), settings.get("port")
    if wanted is None:
        listener = _http_listener(project.services[name], ports[name])
        if listener is None:
            _refuse_protocols(project, {name: ports[name]}, findings)
            return None
        return Entrypoint(service=name, port=listener.plan.port)
    port = int(wanted.value)
    if port not in tcp:
        findings.report(
            rules.PORT_ARGUMENT,
            wanted.at,
            wanted.path,
            f"container {name} does not listen on port {wanted.value}",
            f"name one of {listed([str(port) for port in tcp])}, or add it to the service's ports",
        )
        return None
    known = known_as(project.services[name])
    protocol = _protocol(project.services[name], port)
    if protocol is not None and known.purpose is Purpose.STORE:
        findings.report(
            rules.NO_HTTP_PORT,
            wanted.at,
            wanted.path,
            f"{name} is {known.description}, and its port {port} is {protocol}, not HTTP",
            "name the port of the service that serves requests",
        )
        return None
    return Entrypoint(service=name, port=port)


def _named_port(project: Project, wanted: Setting, findings: Findings) -> Entrypoint | None:
    """Without any port: the one that was named, for a lone container."""
    names = list(project.services)
    if len(names) == 1:
        known = known_as(project.services[names[0]])
        if known.purpose is not Purpose.APPLICATION:
            findings.report(
                rules.ENTRYPOINT_CHOSEN,
                wanted.at,
                wanted.path,
                f"{names[0]} receives the traffic, on port {wanted.value}: it is "
                f"{known.description}, and there is no other service",
                _how_to_name(names),
            )
        return Entrypoint(service=names[0], port=int(wanted.value))
    findings.report(
        rules.NO_PORT,
        wanted.at,
        wanted.path,
        f"port {wanted.value} is named, and none of {listed(names)} has a port",
        "name the one that listens on it, too, as the entrypoint, or give it a port",
    )
    return None
