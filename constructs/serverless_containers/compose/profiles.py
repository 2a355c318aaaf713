"""Profiles: services that are part of the project only when they are asked for."""

from collections.abc import Mapping

from serverless_containers.compose.yaml.nodes import MappingNode, Node, Scalar, Sequence


def active_profiles(variables: Mapping[str, str]) -> tuple[str, ...]:
    """The profiles that COMPOSE_PROFILES names."""
    named = variables.get("COMPOSE_PROFILES", "")
    return tuple(profile.strip() for profile in named.split(",") if profile.strip())


def split_by_profile(
    services: Node | None, profiles: tuple[str, ...]
) -> tuple[dict[str, MappingNode], dict[str, Node]]:
    """Tell the services that are active from those that are not.

    Args:
        services: The canonical services.
        profiles: The active profiles, ``*`` for all.
    """
    enabled: dict[str, MappingNode] = {}
    disabled: dict[str, Node] = {}
    for name, service in services.items() if isinstance(services, MappingNode) else ():
        if not isinstance(service, MappingNode):
            continue
        if _is_active(service, profiles):
            enabled[name] = service
        else:
            disabled[name] = service
    return enabled, disabled


def _is_active(service: MappingNode, profiles: tuple[str, ...]) -> bool:
    own = service.get("profiles")
    if not isinstance(own, Sequence) or not own.items or "*" in profiles:
        return True
    return any(isinstance(item, Scalar) and item.value in profiles for item in own)
