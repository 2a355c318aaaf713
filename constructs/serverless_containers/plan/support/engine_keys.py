"""The keys whose value decides what becomes of them: what they ask of an engine.

A value that asks for no more than a task has is noted, one that is left out without harm is warned
of, and one without which the application would be another is an error ("Amazon ECS task definition
differences for Fargate", Amazon ECS Developer Guide).
"""

from collections.abc import Iterator, Mapping

from serverless_containers.compose.model import Project, Service
from serverless_containers.compose.yaml.nodes import MappingNode, Scalar
from serverless_containers.findings import Findings, Rule
from serverless_containers.plan import rules

_KEEP = "or keep it in compose.override.yaml, which a deployment leaves out"
_Outcome = tuple[Rule, str, str]
"""The rule that a value breaks, what is said of it, and the way out."""

_HAS_IT = "a container of a task has that without saying so"
_OF_ITS_OWN = (rules.KEY_LOCAL_ONLY, _HAS_IT, "")
_OUTCOMES: Mapping[str, Mapping[str, _Outcome]] = {
    "network_mode": {
        "bridge": (
            rules.KEY_LOCAL_ONLY,
            "every task has a network of its own, which its containers share",
            "",
        ),
        "default": (
            rules.KEY_LOCAL_ONLY,
            "every task has a network of its own, which its containers share",
            "",
        ),
        "host": (
            rules.KEY_LEFT_OUT,
            "a task has an interface of its own, and not that of a host; this key is left out",
            f"name the ports that the service listens on with ports, {_KEEP}",
        ),
        "none": (
            rules.KEY_REJECTED,
            "a container without a network would get one: all containers of a task share one",
            f"remove it if the service may have a network, {_KEEP}",
        ),
    },
    "ipc": {"private": _OF_ITS_OWN, "shareable": _OF_ITS_OWN, "none": _OF_ITS_OWN},
    "pid": {"private": _OF_ITS_OWN},
    "runtime": {
        "runc": _OF_ITS_OWN,
        "io.containerd.runc.v2": _OF_ITS_OWN,
    },
}
_OTHERS: Mapping[str, _Outcome] = {
    "network_mode": (
        rules.KEY_LOCAL_ONLY,
        "every task has a network of its own, and none of an engine's",
        "",
    ),
    "ipc": (
        rules.KEY_REJECTED,
        "containers on Fargate share no memory with others, nor with a host",
        f"remove it, {_KEEP}",
    ),
    "pid": (
        rules.KEY_REJECTED,
        "a container on Fargate sees its own processes alone",
        f"remove it, {_KEEP}",
    ),
    "runtime": (
        rules.KEY_REJECTED,
        "Fargate runs containers with runc",
        f"remove it, {_KEEP}",
    ),
}


def check_engine_keys(project: Project, findings: Findings) -> None:
    """Report the keys of services that ask an engine for something."""
    named = {
        value: service.name
        for service in project.services.values()
        for value in _values(service, "container_name")
    }
    for service in project.services.values():
        if not isinstance(service.node, MappingNode):
            continue
        for key, outcomes in _OUTCOMES.items():
            for value in _values(service, key):
                outcome = outcomes.get(value) or _OTHERS[key]
                if key == "network_mode" and ":" in value:
                    outcome = _joined(value, project, named)
                rule, message, fix = outcome
                findings.report(rule, service.node.key_at(key), (*service.path, key), message, fix)


def _values(service: Service, key: str) -> Iterator[str]:
    """The value of a key, if it has one."""
    node = service.node.get(key) if isinstance(service.node, MappingNode) else None
    if isinstance(node, Scalar) and isinstance(node.value, str) and node.value:
        yield node.value


def _joined(value: str, project: Project, named: Mapping[str, str]) -> _Outcome:
    """The outcome of a network that is that of another container."""
    kind, _, name = value.partition(":")
    if (kind == "service" and name in project.services) or (kind == "container" and name in named):
        return (
            rules.KEY_LOCAL_ONLY,
            f"a task is what {value} asks for: its containers share one network interface",
            "",
        )
    return (
        rules.KEY_REJECTED,
        f"{name or value} is no container of this task, whose network could be shared",
        f"make it a service of this project, {_KEEP}",
    )
