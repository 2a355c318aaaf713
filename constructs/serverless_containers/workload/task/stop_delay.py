"""A container that keeps a task serving for a while after it was taken out of service discovery.

API Gateway keeps the addresses that it found in Cloud Map for a time that nobody states. ECS
deregisters a task and stops it at once, so that requests meet containers that are gone: the 503s of
aws/containers-roadmap#1639. Most servers stop listening the moment they are told to.

ECS stops containers in the reverse order of their dependencies ("ContainerDependency", Amazon ECS
API Reference). A small container that depends on the others is therefore told to stop before them,
and by taking its time it keeps them running.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs

from serverless_containers.plan.task_containers import STOP_DELAY

LONGEST = 110
"""Seconds; ECS kills a container 120 seconds after it told it to stop."""

_MARGIN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class StopDelay:
    """The time for which the entrypoint goes on serving.

    Attributes:
        seconds: Whole seconds, at most 110.
        image: An image with a POSIX shell and ``sleep``.
    """

    seconds: int
    image: ecs.ContainerImage

    def __post_init__(self) -> None:
        if not 1 <= self.seconds <= LONGEST:
            raise ValueError(
                f"stop_delay: expected 1 to {LONGEST} seconds, got {self.seconds}; ECS kills a "
                "container 120 seconds after it told it to stop"
            )

    def attach(
        self,
        definition: ecs.FargateTaskDefinition,
        containers: Sequence[ecs.ContainerDefinition],
        log_group: logs.ILogGroup,
    ) -> ecs.ContainerDefinition:
        """Add the container to a task definition.

        Args:
            definition: The task definition.
            containers: The containers to keep running: the entrypoint, and what it may call.
            log_group: Takes what the container prints, which is nothing unless it fails.
        """
        container = definition.add_container(
            STOP_DELAY,
            image=self.image,
            essential=False,
            # The shell runs the trap only once its child is waited for, hence the background sleep.
            entry_point=["/bin/sh", "-c"],
            command=[
                f"trap 'sleep {self.seconds}; exit 0' TERM; while :; do sleep 3600 & wait $!; done"
            ],
            stop_timeout=Duration.seconds(self.seconds + _MARGIN),
            user="65534:65534",
            readonly_root_filesystem=True,
            logging=ecs.LogDrivers.aws_logs(
                stream_prefix=STOP_DELAY,
                log_group=log_group,
                mode=ecs.AwsLogDriverMode.NON_BLOCKING,
            ),
        )
        container.add_container_dependencies(
            *(
                ecs.ContainerDependency(
                    container=each, condition=ecs.ContainerDependencyCondition.START
                )
                for each in containers
            )
        )
        return container
