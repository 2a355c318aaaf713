"""Capacity that a service's tasks run on: Fargate's, and what of it is spare."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import aws_ecs as ecs

from serverless_containers.arguments.keywords import checks_fields
from serverless_containers.arguments.ranges import check_range

_SOURCE = "CapacityProviderStrategyItem, Amazon ECS API Reference"


@checks_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Spare capacity for the tasks above a base, which runs on what AWS does not take back.

    AWS takes spare capacity back at two minutes' notice, and does not replace it by other capacity
    ("Amazon ECS clusters for Fargate", Amazon ECS Developer Guide): the base is what is left then.

    Attributes:
        base: The tasks that run on demand before any runs on spare capacity; 0 to 100,000.
        on_demand_weight: Of the tasks above the base, the share that runs on demand too; 0 to
            1000. Default: 0, none.
        weight: The share that runs on spare capacity; 1 to 1000. Default: 1.

    Raises:
        ValueError: If a number is no whole one of its range.
    """

    base: int = 1
    on_demand_weight: int = 0
    weight: int = 1

    def __post_init__(self) -> None:
        """Refuse what ECS would refuse."""
        for name, value, least, most in (
            ("base", self.base, 0, 100_000),
            ("on_demand_weight", self.on_demand_weight, 0, 1000),
            ("weight", self.weight, 1, 1000),
        ):
            check_range(name, value, least, most, unit="", source=_SOURCE)


def spare_capacity(given: Spot | bool | None) -> Spot | None:  # noqa: FBT001  # the keyword's type
    """Return what the keyword ``spot`` says: True is spare capacity for all tasks."""
    if isinstance(given, Spot):
        return given
    return Spot(base=0) if given else None


def strategies_of(spot: Spot | None) -> Sequence[ecs.CapacityProviderStrategy]:
    """Return the capacity providers of a service.

    Args:
        spot: The spare capacity; None for none.
    """
    strategies = []
    if spot is None or spot.base or spot.on_demand_weight:
        strategies.append(
            ecs.CapacityProviderStrategy(
                capacity_provider="FARGATE",
                # A provider of weight zero takes the base alone.
                base=spot.base or None if spot else None,
                weight=spot.on_demand_weight if spot else 1,
            )
        )
    if spot is not None:
        strategies.append(
            ecs.CapacityProviderStrategy(capacity_provider="FARGATE_SPOT", weight=spot.weight)
        )
    return strategies
