"""What a deployment tells at its end."""

from collections.abc import Mapping

from aws_cdk import CfnOutput, Stack

from serverless_containers import ContainerApi, ContainerHosting


def service_outputs(door: ContainerApi | ContainerHosting) -> Mapping[str, str]:
    """Where the service behind a door, its logs and its pipeline are.

    And the variables that tell its containers of the resources that they may use.
    """
    region = Stack.of(door).region
    cluster, service = door.cluster.cluster_name, door.service.service_name
    pipeline = door.build_pipeline
    return {
        "ClusterName": cluster,
        "ServiceName": service,
        **(
            {"VariablesOfContainers": ", ".join(sorted(door.environment))}
            if door.environment
            else {}
        ),
        "ServiceConsole": f"https://{region}.console.aws.amazon.com/ecs/v2/clusters/{cluster}"
        f"/services/{service}/health?region={region}",
        **{
            f"LogGroup{''.join(filter(str.isalnum, name.title()))}": group.log_group_name
            for name, group in door.log_groups.items()
        },
        **(
            {"PipelineConsole": pipeline.console_url, "ImageTag": pipeline.source_tag}
            if pipeline
            else {}
        ),
    }


def tell(stack: Stack, outputs: Mapping[str, str]) -> None:
    """Make outputs of a stack."""
    for name, value in outputs.items():
        CfnOutput(stack, name, value=value)
