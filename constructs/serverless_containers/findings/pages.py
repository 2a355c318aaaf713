"""The addresses of the pages that rules rest on."""

from collections.abc import Mapping

from serverless_containers.findings.finding import Rule

_AWS = "https://docs.aws.amazon.com"
_IAM = f"{_AWS}/IAM/latest/UserGuide"
_CLOUDFORMATION = f"{_AWS}/AWSCloudFormation/latest"
_API_REFERENCE = "Amazon ECS API Reference, "
_PAGES: Mapping[str, str] = {
    "Determine Amazon ECS task health using container health checks, Amazon ECS Developer Guide": (
        f"{_AWS}/AmazonECS/latest/developerguide/healthcheck.html"
    ),
    "Restart individual containers in Amazon ECS tasks with container restart policies, Amazon ECS "
    "Developer Guide": (f"{_AWS}/AmazonECS/latest/developerguide/container-restart-policy.html"),
    "Enforcing a user identity using an access point, Amazon EFS User Guide": (
        f"{_AWS}/efs/latest/ug/enforce-identity-access-points.html"
    ),
    "Amazon ECS task definition differences for Fargate, Amazon ECS Developer Guide": (
        f"{_AWS}/AmazonECS/latest/developerguide/fargate-tasks-services.html"
    ),
    "Amazon ECS clusters for Fargate, Amazon ECS Developer Guide": (
        f"{_AWS}/AmazonECS/latest/developerguide/fargate-capacity-providers.html"
    ),
    "Task definition parameters for Amazon ECS for Fargate, Amazon ECS Developer Guide": (
        f"{_AWS}/AmazonECS/latest/developerguide/task_definition_parameters.html"
    ),
    "Using Amazon ECS Exec, Amazon ECS Developer Guide": (
        f"{_AWS}/AmazonECS/latest/developerguide/ecs-exec.html"
    ),
    "Environment variables in build environments, AWS CodeBuild User Guide": (
        f"{_AWS}/codebuild/latest/userguide/build-env-ref-env-vars.html"
    ),
    "Amazon ECR interface VPC endpoints (AWS PrivateLink), Amazon ECR User Guide": (
        f"{_AWS}/AmazonECR/latest/userguide/vpc-endpoints.html"
    ),
    "Tagging Amazon ECS resources, Amazon ECS Developer Guide": (
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html"
    ),
    "Amazon ECS service quotas, Amazon ECS Developer Guide": (
        f"{_AWS}/AmazonECS/latest/developerguide/service-quotas.html"
    ),
    "AWS Secrets Manager API Reference, CreateSecret": (
        f"{_AWS}/secretsmanager/latest/apireference/API_CreateSecret.html"
    ),
    "Actions, resources, and condition keys for AWS services, Service Authorization Reference": (
        f"{_AWS}/service-authorization/latest/reference/"
        "reference_policies_actions-resources-contextkeys.html"
    ),
    "IAM and AWS STS quotas, IAM User Guide": f"{_IAM}/reference_iam-quotas.html",
    "Grammar of the IAM JSON policy language, IAM User Guide": (
        f"{_IAM}/reference_policies_grammar.html"
    ),
    "IAM policy elements: Variables and tags, IAM User Guide": (
        f"{_IAM}/reference_policies_variables.html"
    ),
    "IAM JSON policy elements: Action, IAM User Guide": (
        f"{_IAM}/reference_policies_elements_action.html"
    ),
    "IAM JSON policy elements: Condition operators, IAM User Guide": (
        f"{_IAM}/reference_policies_elements_condition_operators.html"
    ),
    "IAM JSON policy elements: Effect, IAM User Guide": (
        f"{_IAM}/reference_policies_elements_effect.html"
    ),
    "IAM JSON policy elements: Resource, IAM User Guide": (
        f"{_IAM}/reference_policies_elements_resource.html"
    ),
    "IAM JSON policy elements: Sid, IAM User Guide": f"{_IAM}/reference_policies_elements_sid.html",
    "SEC03-BP02 Grant least privilege access, AWS Well-Architected Framework": (
        f"{_AWS}/wellarchitected/latest/framework/sec_permissions_least_privileges.html"
    ),
    "Get values stored in other services using dynamic references, AWS CloudFormation User Guide": (
        f"{_CLOUDFORMATION}/UserGuide/dynamic-references.html"
    ),
    "Intrinsic function reference, AWS CloudFormation User Guide": (
        f"{_CLOUDFORMATION}/UserGuide/intrinsic-function-reference.html"
    ),
    "aws-cdk-lib.aws_ecr_assets.DockerImageAsset, AWS CDK API Reference": (
        f"{_AWS}/cdk/api/v2/docs/aws-cdk-lib.aws_ecr_assets.DockerImageAsset.html"
    ),
}


def page_of(rule: Rule) -> str | None:
    """Return the address of the page that a rule rests on; None if there is none."""
    if rule.source.startswith("https://"):
        return rule.source
    if rule.source.startswith(_API_REFERENCE):
        name = rule.source.removeprefix(_API_REFERENCE)
        return f"{_AWS}/AmazonECS/latest/APIReference/API_{name}.html"
    return _PAGES.get(rule.source)
