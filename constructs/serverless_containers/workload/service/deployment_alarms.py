"""Alarms that roll a deployment of a service back."""

from collections.abc import Sequence

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ecs as ecs

BAKE_MINUTES = 5
"""Minutes for which the alarms are watched once the new tasks run, unless a rollout says more."""


def roll_back_on(
    service: ecs.FargateService, alarms: Sequence[cloudwatch.IAlarm], *, rolling: bool
) -> None:
    """Make a deployment of the service roll back when one of these alarms, and no other, goes off.

    One that has gone off before a deployment begins is not watched in it, so that what mends a
    failure can be deployed ("How CloudWatch alarms detect Amazon ECS deployment failures", Amazon
    ECS Developer Guide).

    On the resource: of alarms that are enabled later aws-cdk-lib 2.275 drops all. The bake time, in
    which they are watched once the tasks run, is written: AWS's pages differ on its default.

    Args:
        service: The service.
        alarms: All the alarms. One that depends on the service makes a circle of the two.
        rolling: Whether its tasks are replaced without a shift of traffic, which has a bake time of
            its own.
    """
    resource = service.node.default_child
    if alarms and isinstance(resource, ecs.CfnService):
        resource.add_property_override(
            "DeploymentConfiguration.Alarms",
            {
                "AlarmNames": [alarm.alarm_name for alarm in alarms],
                "Enable": True,
                "Rollback": True,
            },
        )
        if rolling:
            resource.add_property_override(
                "DeploymentConfiguration.BakeTimeInMinutes", BAKE_MINUTES
            )
