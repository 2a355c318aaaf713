"""The canonical model as `docker compose config` prints it in YAML, which is not quite its JSON."""

from collections.abc import Iterator

from serverless_containers.compose.keys.values import Conversion, Json, plain
from serverless_containers.compose.model import Project
from serverless_containers.compose.printed import escaped, printed
from serverless_containers.compose.yaml.nodes import MappingNode, Node, Sequence
from serverless_containers.findings import Findings

_EXTENSION = "x-"
# Docker Compose loses the extensions of these.
_WITHOUT_EXTENSIONS = frozenset({"devices", "environment", "gpus", "labels", "ulimits"})
_RENAMED = {"Path": "path", "Weight": "weight", "Rate": "rate"}


def to_yaml_model(project: Project) -> dict[str, Json]:
    """A project as ``docker compose config --format yaml`` prints it.

    Unlike the JSON it holds every extension, and leaves out what is empty.

    Args:
        project: The project.
    """
    model = _extended(printed(project.canonical), project.node)
    if not isinstance(model, dict):
        return {}
    if isinstance(project.node, MappingNode) and (models := project.node.get("models")):
        model["models"] = _plain(models)
    for service in _mappings(model.get("services")):
        _tidy_service(service)
    for network in _mappings(model.get("networks")):
        _drop_empty(network, "ipam")
    text = escaped(model)
    return text if isinstance(text, dict) else {}


def _extended(value: Json, node: Node | None) -> Json:
    """A value with the extensions of its node, at every depth."""
    if isinstance(value, dict) and isinstance(node, MappingNode):
        extended = {
            key: item if key in _WITHOUT_EXTENSIONS else _extended(item, node.get(key))
            for key, item in value.items()
        }
        for key in sorted(node):
            if key.startswith(_EXTENSION) and key not in extended:
                extended[key] = _plain(node.entries[key])
        return extended
    if isinstance(value, list) and isinstance(node, Sequence) and len(value) == len(node):
        return [_extended(item, below) for item, below in zip(value, node, strict=True)]
    return value


def _plain(node: Node) -> Json:
    # What cannot be printed was reported when the model was made.
    return plain(node, (), Conversion(Findings()))


def _tidy_service(service: dict[str, Json]) -> None:
    _drop_empty(service, "command", "entrypoint")
    for hook in (*_mappings(service.get("post_start")), *_mappings(service.get("pre_stop"))):
        _drop_empty(hook, "command")
    for deploy in _mappings([service.get("deploy")]):
        _drop_empty(deploy, "resources", "placement")
    for develop in _mappings([service.get("develop")]):
        for trigger in _mappings(develop.get("watch")):
            for hook in _mappings([trigger.get("exec")]):
                _drop_empty(hook, "command")
            _drop_empty(trigger, "exec")
    for block_io in _mappings([service.get("blkio_config")]):
        for key, devices in block_io.items():
            if isinstance(devices, list):
                block_io[key] = [
                    {_RENAMED.get(name, name): item for name, item in device.items()}
                    for device in _mappings(devices)
                ]
    for owner in (service, *_mappings([service.get("build")])):
        for limit in _mappings(owner.get("ulimits")):
            limits = {"soft": limit.get("soft", 0), "hard": limit.get("hard", 0)}
            limit.clear()
            limit.update(limits)


def _mappings(section: Json) -> Iterator[dict[str, Json]]:
    """The mappings directly below a list or a mapping."""
    if isinstance(section, dict):
        section = list(section.values())
    for item in section if isinstance(section, list) else ():
        if isinstance(item, dict):
            yield item


def _drop_empty(mapping: dict[str, Json], *keys: str) -> None:
    for key in keys:
        if key in mapping and mapping[key] in (None, {}):
            del mapping[key]
