"""Metrics of a service."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ecs as ecs


def running_tasks(service: ecs.FargateService) -> cloudwatch.Metric:
    """Return the number of running tasks: the samples of their CPU utilisation in a minute.

    Each task sends one a minute, and none is left out, so that it takes no Container Insights
    ("Amazon ECS service utilization metrics", Amazon ECS Developer Guide).

    Args:
        service: The service.
    """
    return service.metric_cpu_utilization(period=Duration.minutes(1), statistic="SampleCount")
