"""For each resource type, the call by which its service confirms a resource."""

from collections.abc import Mapping
from typing import Final

from serverless_containers.local.clients import Clients
from serverless_containers.local.inspection.asking import (
    Check,
    ask,
    part,
    physical_id,
    physical_ids,
    prop,
)
from serverless_containers.local.inspection.deployed import Deployed
from serverless_containers.local.inspection.network import NETWORK


def _policy_of_roles(clients: Clients, resource: Deployed) -> object:
    """An inline policy: every role that it names must have it."""
    return all(
        clients["iam"].get_role_policy(RoleName=role, PolicyName=resource.property("PolicyName"))
        for role in resource.property("Roles")
    )


def _log_group(clients: Clients, resource: Deployed) -> object:
    groups = clients["logs"].describe_log_groups(logGroupNamePrefix=resource.physical_id)
    return any(group["logGroupName"] == resource.physical_id for group in groups["logGroups"])


def _service(clients: Clients, resource: Deployed) -> object:
    cluster = resource.physical_id.rpartition(":")[2].split("/")[1]
    services = clients["ecs"].describe_services(cluster=cluster, services=[resource.physical_id])
    return any(service["status"] == "ACTIVE" for service in services["services"])


def _capacity(clients: Clients, resource: Deployed) -> object:
    clusters = clients["ecs"].describe_clusters(clusters=[resource.physical_id])
    return any(cluster.get("capacityProviders") for cluster in clusters["clusters"])


def _alias(clients: Clients, resource: Deployed) -> object:
    aliases = clients["kms"].list_aliases()["Aliases"]
    return any(alias["AliasName"] == resource.physical_id for alias in aliases)


def _topic_policy(clients: Clients, resource: Deployed) -> object:
    return all(
        clients["sns"].get_topic_attributes(TopicArn=topic)["Attributes"].get("Policy")
        for topic in resource.property("Topics")
    )


def _listed_by_cloudformation(_clients: Clients, _resource: Deployed) -> object:
    """A type of CloudFormation's own: there is no other service to ask."""
    return True


CHECKS: Final[Mapping[str, Check]] = {
    **NETWORK,
    "AWS::ApiGatewayV2::Api": ask("apigatewayv2", "get_api", "ApiId", ApiId=physical_id),
    "AWS::ApiGatewayV2::Authorizer": ask(
        "apigatewayv2",
        "get_authorizer",
        "AuthorizerId",
        ApiId=prop("ApiId"),
        AuthorizerId=physical_id,
    ),
    "AWS::ApiGatewayV2::DomainName": ask(
        "apigatewayv2", "get_domain_name", "DomainName", DomainName=physical_id
    ),
    "AWS::ApiGatewayV2::ApiMapping": ask(
        "apigatewayv2",
        "get_api_mapping",
        "ApiMappingId",
        DomainName=prop("DomainName"),
        ApiMappingId=physical_id,
    ),
    "AWS::ApiGatewayV2::Integration": ask(
        "apigatewayv2",
        "get_integration",
        "IntegrationId",
        ApiId=prop("ApiId"),
        IntegrationId=physical_id,
    ),
    "AWS::ApiGatewayV2::Route": ask(
        # MiniStack's id of a route begins with the API's.
        "apigatewayv2",
        "get_route",
        "RouteId",
        ApiId=prop("ApiId"),
        RouteId=part(-1, "/"),
    ),
    "AWS::ApiGatewayV2::Stage": ask(
        "apigatewayv2", "get_stage", "StageName", ApiId=prop("ApiId"), StageName=prop("StageName")
    ),
    "AWS::CloudFormation::WaitCondition": _listed_by_cloudformation,
    "AWS::CloudFormation::WaitConditionHandle": _listed_by_cloudformation,
    "AWS::CloudWatch::Alarm": ask(
        "cloudwatch", "describe_alarms", "MetricAlarms", AlarmNames=physical_ids
    ),
    "AWS::CloudWatch::Dashboard": ask(
        "cloudwatch", "get_dashboard", "DashboardBody", DashboardName=physical_id
    ),
    "AWS::CodeBuild::Project": ask(
        "codebuild", "batch_get_projects", "projects", names=physical_ids
    ),
    "AWS::Cognito::UserPool": ask(
        "cognito-idp", "describe_user_pool", "UserPool", UserPoolId=physical_id
    ),
    "AWS::Cognito::UserPoolClient": ask(
        "cognito-idp",
        "describe_user_pool_client",
        "UserPoolClient",
        UserPoolId=prop("UserPoolId"),
        ClientId=physical_id,
    ),
    "AWS::Cognito::UserPoolDomain": ask(
        "cognito-idp",
        "describe_user_pool_domain",
        "DomainDescription.Domain",
        Domain=prop("Domain"),
    ),
    "AWS::DynamoDB::GlobalTable": ask("dynamodb", "describe_table", "Table", TableName=physical_id),
    "AWS::DynamoDB::Table": ask("dynamodb", "describe_table", "Table", TableName=physical_id),
    "AWS::ECR::Repository": ask(
        "ecr", "describe_repositories", "repositories", repositoryNames=physical_ids
    ),
    "AWS::ECS::Cluster": ask("ecs", "describe_clusters", "clusters", clusters=physical_ids),
    "AWS::ECS::ClusterCapacityProviderAssociations": _capacity,
    "AWS::ECS::Service": _service,
    "AWS::ECS::TaskDefinition": ask(
        "ecs", "describe_task_definition", "taskDefinition", taskDefinition=physical_id
    ),
    "AWS::EFS::AccessPoint": ask(
        "efs", "describe_access_points", "AccessPoints", AccessPointId=physical_id
    ),
    "AWS::EFS::FileSystem": ask(
        "efs", "describe_file_systems", "FileSystems", FileSystemId=physical_id
    ),
    "AWS::EFS::MountTarget": ask(
        "efs", "describe_mount_targets", "MountTargets", MountTargetId=physical_id
    ),
    "AWS::Events::Rule": ask("events", "describe_rule", "Name", Name=part(-1, "/")),
    "AWS::IAM::ManagedPolicy": ask("iam", "get_policy", "Policy", PolicyArn=physical_id),
    "AWS::IAM::Policy": _policy_of_roles,
    "AWS::IAM::Role": ask("iam", "get_role", "Role", RoleName=physical_id),
    "AWS::KMS::Alias": _alias,
    "AWS::KMS::Key": ask("kms", "describe_key", "KeyMetadata", KeyId=physical_id),
    "AWS::Lambda::Function": ask(
        "lambda", "get_function", "Configuration", FunctionName=physical_id
    ),
    "AWS::Logs::LogGroup": _log_group,
    "AWS::S3::Bucket": ask("s3", "head_bucket", "ResponseMetadata", Bucket=physical_id),
    "AWS::S3::BucketPolicy": ask("s3", "get_bucket_policy", "Policy", Bucket=prop("Bucket")),
    "AWS::SNS::Subscription": ask(
        "sns", "get_subscription_attributes", "Attributes", SubscriptionArn=physical_id
    ),
    "AWS::SNS::Topic": ask("sns", "get_topic_attributes", "Attributes", TopicArn=physical_id),
    "AWS::SNS::TopicPolicy": _topic_policy,
    "AWS::SQS::Queue": ask("sqs", "get_queue_attributes", "Attributes", QueueUrl=physical_id),
    "AWS::SSM::Parameter": ask("ssm", "get_parameter", "Parameter", Name=physical_id),
    "AWS::SecretsManager::ResourcePolicy": ask(
        "secretsmanager", "get_resource_policy", "ResourcePolicy", SecretId=physical_id
    ),
    "AWS::SecretsManager::Secret": ask(
        "secretsmanager", "describe_secret", "ARN", SecretId=physical_id
    ),
    **{
        f"AWS::ServiceDiscovery::{kind}Namespace": ask(
            "servicediscovery", "get_namespace", "Namespace", Id=physical_id
        )
        for kind in ("Http", "PrivateDns", "PublicDns")
    },
    "AWS::ServiceDiscovery::Service": ask(
        "servicediscovery", "get_service", "Service", Id=physical_id
    ),
}
"""Types that are not here are shown as not checked."""
