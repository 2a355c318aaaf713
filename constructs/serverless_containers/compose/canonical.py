"""The canonical model: the value of each key that `docker compose config` prints."""

from serverless_containers.compose.keys import PROJECT
from serverless_containers.compose.keys.values import OMIT, Conversion, Json, plain
from serverless_containers.compose.yaml.nodes import MappingNode
from serverless_containers.findings import Findings


def canonical_model(root: MappingNode, name: str, findings: Findings) -> dict[str, Json]:
    """Make the values of a project.

    Args:
        root: Its canonical tree.
        name: Its name.
        findings: Where values that cannot be converted are reported.
    """
    conversion = Conversion(findings)
    result: dict[str, Json] = {"name": name}
    for key, record in (PROJECT.keys or {}).items():
        if record.value is None:
            continue
        node = root.get(key)
        value = record.value(node, (key,), conversion) if node is not None else OMIT
        if value is not OMIT or key == "services":
            result[key] = {} if value is OMIT else value
    for key, node in root.items():
        if key.startswith("x-"):
            result[key] = plain(node, (key,), conversion)
    return {key: result[key] for key in sorted(result)}


def without_unused(canonical: dict[str, Json]) -> dict[str, Json]:
    """Leave out the networks, volumes, secrets and configs that no active service uses."""
    services = canonical.get("services")
    used: dict[str, set[Json]] = {"networks": set(), "volumes": set()}
    used.update({"secrets": set(), "configs": set()})
    for service in services.values() if isinstance(services, dict) else ():
        if not isinstance(service, dict):
            continue
        build = service.get("build")
        owners = (service, build) if isinstance(build, dict) else (service,)
        networks = service.get("networks")
        used["networks"].update(networks if isinstance(networks, dict) else ())
        for owner in owners:
            for key in ("volumes", "secrets", "configs"):
                used[key].update(_sources(owner.get(key)))
    kept: dict[str, Json] = {}
    for key, section in canonical.items():
        if key not in used or not isinstance(section, dict):
            kept[key] = section
        elif left := {name: value for name, value in section.items() if name in used[key]}:
            kept[key] = left
    return kept


def _sources(uses: Json) -> list[Json]:
    return [
        use.get("source")
        for use in (uses if isinstance(uses, list) else ())
        if isinstance(use, dict) and use.get("type", "volume") == "volume"
    ]
