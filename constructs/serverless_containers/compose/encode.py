"""The canonical model as `docker compose config --format json` prints it."""

from serverless_containers.compose import fields as f
from serverless_containers.compose.fields import OMIT, Json, Work
from serverless_containers.compose.printed import PROJECT
from serverless_containers.compose.yaml.nodes import MappingNode
from serverless_containers.findings import Findings


def encode(root: MappingNode, name: str, findings: Findings) -> dict[str, Json]:
    """Print a project.

    Args:
        root: Its canonical tree.
        name: Its name.
        findings: Where values that cannot be converted are reported.
    """
    work = Work(findings)
    result: dict[str, Json] = {"name": name}
    for key, convert in PROJECT.items():
        node = root.get(key)
        value = convert(node, (key,), work) if node is not None else OMIT
        if value is not OMIT or key == "services":
            result[key] = {} if value is OMIT else value
    for key, node in root.items():
        if key.startswith("x-"):
            result[key] = f.plain(node, (key,), work)
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


def escape(value: Json) -> Json:
    """Write every dollar sign twice, so that what is printed can be read again."""
    if isinstance(value, str):
        return value.replace("$", "$$") if "$" in value else value
    if isinstance(value, list):
        return [escape(item) for item in value]
    if isinstance(value, dict):
        return {
            key.replace("$", "$$") if "$" in key else key: escape(item)
            for key, item in value.items()
        }
    return value
