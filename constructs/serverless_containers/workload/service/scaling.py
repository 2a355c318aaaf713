"""Scaling of the number of tasks with the load."""

import math
from dataclasses import dataclass

from aws_cdk import Token
from aws_cdk import aws_ecs as ecs

from serverless_containers.arguments.keywords import checks_fields
from serverless_containers.arguments.ranges import check_range

_SOURCE = "TargetTrackingScalingPolicyConfiguration, Application Auto Scaling API Reference"


@checks_fields
@dataclass(frozen=True, slots=True, kw_only=True)
class TaskScaling:
    """Scaling of the number of tasks with the load.

    Attributes:
        min_capacity: The fewest tasks.
        max_capacity: The most tasks.
        cpu_percent: The average CPU utilisation to keep to, 1 to 100 percent; None to ignore it.
        memory_percent: The average memory utilisation to keep to, likewise; None to ignore it.

    Raises:
        ValueError: If it is to keep to neither, or to no percentage of that range, or the
            capacities are no whole numbers from the fewest to the most tasks.
    """

    min_capacity: float = 1
    max_capacity: float
    cpu_percent: float | None = 60
    memory_percent: float | None = None

    def __post_init__(self) -> None:
        """Refuse what would never change the number of tasks."""
        if self.cpu_percent is None and self.memory_percent is None:
            raise ValueError(
                "TaskScaling: expected cpu_percent, memory_percent or both, got neither, and the "
                "number of tasks would never change; give one, or give desired_count instead"
            )
        for name, percent in (
            ("cpu_percent", self.cpu_percent),
            ("memory_percent", self.memory_percent),
        ):
            if percent is not None:
                check_range(name, percent, 1, 100, unit=" percent", source=_SOURCE)
        given = {"min_capacity": self.min_capacity, "max_capacity": self.max_capacity}
        known = {
            name: each
            for name, each in given.items()
            if not math.isfinite(each) or not Token.is_unresolved(each)
        }
        for name, each in known.items():
            if not math.isfinite(each) or each < 0 or each != int(each):
                raise ValueError(
                    f"TaskScaling: expected a whole number of tasks as {name}, got {each:g}"
                )
        if len(known) == len(given) and self.min_capacity > self.max_capacity:
            raise ValueError(
                f"TaskScaling: min_capacity={self.min_capacity:g} is more than "
                f"max_capacity={self.max_capacity:g}; give the fewest tasks as min_capacity and "
                "the most as max_capacity"
            )


def scale(service: ecs.FargateService, scaling: TaskScaling) -> None:
    """Let a service scale.

    Args:
        service: The service, which must have no desired count of its own.
        scaling: How.
    """
    count = service.auto_scale_task_count(
        min_capacity=scaling.min_capacity, max_capacity=scaling.max_capacity
    )
    if scaling.cpu_percent is not None:
        count.scale_on_cpu_utilization("Cpu", target_utilization_percent=scaling.cpu_percent)
    if scaling.memory_percent is not None:
        count.scale_on_memory_utilization(
            "Memory", target_utilization_percent=scaling.memory_percent
        )
