"""The plan of a Compose project on Fargate. Pure Python, no CDK."""

from serverless_containers.plan.model import (
    Architecture,
    ContainerPlan,
    DependencyCondition,
    HealthCheckPlan,
    PortPlan,
    TaskPlan,
)
from serverless_containers.plan.planner import PlanOptions, plan_task
from serverless_containers.plan.sizes import FARGATE_SIZES, TaskSize

__all__ = [
    "FARGATE_SIZES",
    "Architecture",
    "ContainerPlan",
    "DependencyCondition",
    "HealthCheckPlan",
    "PlanOptions",
    "PortPlan",
    "TaskPlan",
    "TaskSize",
    "plan_task",
]
