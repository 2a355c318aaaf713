"""Outputs of a deployment."""

from collections.abc import Mapping

from aws_cdk import CfnOutput, Stack

from serverless_containers import ContainerApi, ContainerHosting
from serverless_containers.client_config import VARIABLES_OUTPUT


def service_outputs(ingress: ContainerApi | ContainerHosting) -> Mapping[str, str]:
    """Return the names and console pages of a service, of its logs, its pipeline and its alarms.

    And the names of the variables that its containers find their resources by.
    """
    region = Stack.of(ingress).region
    cluster, service = ingress.cluster.cluster_name, ingress.service.service_name
    pipeline, monitoring = ingress.build_pipeline, ingress.monitoring
    return {
        "ClusterName": cluster,
        "ServiceName": service,
        **(
            {VARIABLES_OUTPUT: ", ".join(sorted(ingress.environment))}
            if ingress.environment
            else {}
        ),
        "ServiceConsole": f"https://{region}.console.aws.amazon.com/ecs/v2/clusters/{cluster}"
        f"/services/{service}/health?region={region}",
        **{
            f"LogGroup{''.join(filter(str.isalnum, name.title()))}": group.log_group_name
            for name, group in ingress.log_groups.items()
        },
        **(
            {"PipelineConsole": pipeline.console_url, "ImageTag": pipeline.source_tag}
            if pipeline
            else {}
        ),
        **(
            {
                "AlarmsConsole": f"https://{region}.console.aws.amazon.com/cloudwatch/home"
                f"?region={region}#alarmsV2:alarm/{monitoring.composite.alarm_name}",
                "EventLogGroup": monitoring.log_group.log_group_name,
            }
            if monitoring
            else {}
        ),
    }


def tell(stack: Stack, outputs: Mapping[str, str]) -> None:
    """Make outputs of a stack."""
    for name, value in outputs.items():
        CfnOutput(stack, name, value=value)
