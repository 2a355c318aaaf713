"""Normal form of a merged project: the default network, implied dependencies, names."""

from collections.abc import Mapping

from serverless_containers.compose import paths
from serverless_containers.compose.files import Reader
from serverless_containers.compose.yaml.nodes import (
    MappingNode,
    Mark,
    Node,
    Scalar,
    Sequence,
    is_null,
    replaced,
    text_at,
)
from serverless_containers.findings import Location

_NAMESPACES = ("network_mode", "ipc", "pid", "uts", "cgroup")
_NAMED = ("networks", "volumes", "configs", "secrets")


def normalise(
    root: MappingNode, name: str, variables: Mapping[str, str], reader: Reader
) -> MappingNode:
    """Make what is implied explicit.

    Args:
        root: A canonical tree with absolute paths.
        name: The project's name.
        variables: Gives build arguments and variables without a value the one that they have.
        reader: Counts what these come to.

    Raises:
        StoppedError: If they come to too much; it has been reported.
    """
    changes: dict[str, Node] = {}
    services = root.get("services")
    networks = root.get("networks")
    uses_default = False
    if isinstance(services, MappingNode):
        made = {}
        for key, service in services.items():
            if isinstance(service, MappingNode):
                new = _service(service, variables, reader)
                uses_default = uses_default or _uses_default(new)
                made[key] = new
        changes["services"] = replaced(services, made)
    if uses_default and not (isinstance(networks, MappingNode) and "default" in networks):
        default: dict[str, Node] = {"default": Scalar(None, root.mark)}
        if isinstance(networks, MappingNode):
            changes["networks"] = replaced(networks, default)
        else:
            changes["networks"] = MappingNode(default, root.mark)
    for section in _NAMED:
        resources = changes.get(section, root.get(section))
        if isinstance(resources, MappingNode):
            changes[section] = _with_names(resources, name)
    return replaced(root, changes)


def named_args(service: Node | None) -> Mapping[str, Location]:
    """The build arguments that a service only names, and where each stands.

    Args:
        service: A canonical service, before it is normalised.
    """
    build = service.get("build") if isinstance(service, MappingNode) else None
    args = build.get("args") if isinstance(build, MappingNode) else None
    if isinstance(args, MappingNode):
        return {name: args.key_at(name) for name, value in args.items() if is_null(value)}
    return {text: item.at for item, text in _texts(args) if "=" not in text}


def _service(service: MappingNode, variables: Mapping[str, str], reader: Reader) -> MappingNode:
    changes: dict[str, Node] = {}
    entries = service.entries
    if not entries.keys() & {"provider", "network_mode"}:
        networks = entries.get("networks")
        if not isinstance(networks, MappingNode) or not networks.entries:
            mark = service.mark
            changes["networks"] = MappingNode({"default": Scalar(None, mark)}, mark)
    policy = entries.get("pull_policy")
    if isinstance(policy, Scalar) and policy.value == "if_not_present":
        changes["pull_policy"] = text_at("missing", policy.mark)
    build = entries.get("build")
    if isinstance(build, MappingNode):
        changes["build"] = _build(build, variables, reader)
    volumes = entries.get("volumes")
    if isinstance(volumes, Sequence):
        mounts = tuple(_clean_target(mount) for mount in volumes)
        changes["volumes"] = Sequence(mounts, volumes.mark, volumes.numbers)
    if entries.keys() & _IMPLYING:
        implied = _implied(service)
        if implied:
            changes["depends_on"] = _with_implied(entries.get("depends_on"), implied, service.mark)
    return replaced(service, changes)


_IMPLYING = frozenset({"links", "volumes_from", *_NAMESPACES})


def _uses_default(service: MappingNode) -> bool:
    networks = service.get("networks")
    isolated = service.entries.keys() & {"provider", "network_mode"}
    return not isolated and isinstance(networks, MappingNode) and "default" in networks


def _build(build: MappingNode, variables: Mapping[str, str], reader: Reader) -> MappingNode:
    changes: dict[str, Node] = {}
    if "context" not in build:
        changes["context"] = text_at(".", build.mark)
    if "dockerfile" not in build and "dockerfile_inline" not in build:
        changes["dockerfile"] = text_at("Dockerfile", build.mark)
    args = build.get("args")
    if args is not None:
        changes["args"] = _resolved_args(args, variables, reader)
    return replaced(build, changes)


def _resolved_args(args: Node, variables: Mapping[str, str], reader: Reader) -> Node:
    """The arguments that have a value, here or in the variables; the others are left out."""
    if isinstance(args, MappingNode):
        entries = {}
        for key, value in args.items():
            if not isinstance(value, Scalar) or value.value is not None:
                entries[key] = value
            elif key in variables:
                entries[key] = text_at(variables[key], value.mark)
        return MappingNode(entries, args.mark, args.key_marks)
    if not isinstance(args, Sequence):
        return args
    items: list[Node] = []
    for item in args:
        text = item.value if isinstance(item, Scalar) else None
        if type(text) is not str or "=" in text:
            items.append(item)
        elif text in variables:
            reader.count_text(len(variables[text]), item.at)
            items.append(text_at(f"{text}={variables[text]}", item.mark))
    return Sequence(tuple(items), args.mark)


def _clean_target(mount: Node) -> Node:
    if not isinstance(mount, MappingNode):
        return mount
    target = mount.get("target")
    if not isinstance(target, Scalar) or type(target.value) is not str:
        return mount
    cleaned = paths.clean(target.value)
    if cleaned == target.value:
        return mount
    return replaced(mount, {"target": Scalar(cleaned, target.mark, target.text, quoted=True)})


def _implied(service: MappingNode) -> dict[str, tuple[Mark, bool]]:
    """The services that this one cannot start without, and whether it restarts with them."""
    implied: dict[str, tuple[Mark, bool]] = {}
    for item, text in _texts(service.get("links")):
        parts = text.split(":")
        implied.setdefault(parts[0] if len(parts) == 2 else text, (item.mark, True))
    for namespace in _NAMESPACES:
        node = service.get(namespace)
        if isinstance(node, Scalar) and str(node.value).startswith("service:"):
            implied.setdefault(str(node.value).removeprefix("service:"), (node.mark, True))
    for item, text in _texts(service.get("volumes_from")):
        if not text.startswith("container:"):
            implied.setdefault(text.partition(":")[0], (item.mark, False))
    return implied


def _texts(node: Node | None) -> list[tuple[Scalar, str]]:
    return [
        (item, item.value)
        for item in (node if isinstance(node, Sequence) else ())
        if isinstance(item, Scalar) and type(item.value) is str
    ]


def _with_implied(
    given: Node | None, implied: Mapping[str, tuple[Mark, bool]], mark: Mark
) -> MappingNode:
    known = given if isinstance(given, MappingNode) else MappingNode({}, mark)
    entries: dict[str, Node] = {}
    for name, (at, restarts) in implied.items():
        if name not in known:
            entries[name] = MappingNode(
                {
                    "condition": text_at("service_started", at),
                    "restart": Scalar(restarts, at),
                    "required": Scalar(value=True, mark=at),
                },
                at,
            )
    return replaced(known, entries)


def _with_names(resources: MappingNode, project: str) -> MappingNode:
    changes: dict[str, Node] = {}
    for key, value in resources.items():
        resource = value if isinstance(value, MappingNode) else MappingNode({}, value.mark)
        if "name" not in resource:
            external = resource.get("external")
            is_external = isinstance(external, Scalar) and external.value is True
            name = key if is_external else f"{project}_{key}"
            resource = replaced(resource, {"name": text_at(name, resource.mark)})
        changes[key] = resource
    return replaced(resources, changes)
