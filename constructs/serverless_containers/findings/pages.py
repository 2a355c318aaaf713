"""Where the pages are that rules rest on."""

from collections.abc import Mapping

from serverless_containers.findings.finding import Rule

_AWS = "https://docs.aws.amazon.com"
_API_REFERENCE = "Amazon ECS API Reference, "
_PAGES: Mapping[str, str] = {
    "Amazon ECS task definition differences for Fargate, Amazon ECS Developer Guide": (
        f"{_AWS}/AmazonECS/latest/developerguide/fargate-tasks-services.html"
    ),
    "Task definition parameters for Amazon ECS for Fargate, Amazon ECS Developer Guide": (
        f"{_AWS}/AmazonECS/latest/developerguide/task_definition_parameters.html"
    ),
    "Using Amazon ECS Exec, Amazon ECS Developer Guide": (
        f"{_AWS}/AmazonECS/latest/developerguide/ecs-exec.html"
    ),
    "Amazon ECS service quotas, Amazon ECS Developer Guide": (
        f"{_AWS}/AmazonECS/latest/developerguide/service-quotas.html"
    ),
    "AWS Secrets Manager API Reference, CreateSecret": (
        f"{_AWS}/secretsmanager/latest/apireference/API_CreateSecret.html"
    ),
    "aws-cdk-lib.aws_ecr_assets.DockerImageAsset, AWS CDK API Reference": (
        f"{_AWS}/cdk/api/v2/docs/aws-cdk-lib.aws_ecr_assets.DockerImageAsset.html"
    ),
}


def page_of(rule: Rule) -> str | None:
    """The address of the page that a rule rests on; None if there is none."""
    if rule.source.startswith("https://"):
        return rule.source
    if rule.source.startswith(_API_REFERENCE):
        name = rule.source.removeprefix(_API_REFERENCE)
        return f"{_AWS}/AmazonECS/latest/APIReference/API_{name}.html"
    return _PAGES.get(rule.source)
