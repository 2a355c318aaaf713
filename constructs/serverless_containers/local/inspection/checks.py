"""For each resource type, the call by which its service confirms a resource."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from serverless_containers.local.clients import LocalClients
from serverless_containers.local.inspection.deployed import Deployed

Argument: TypeAlias = Callable[[Deployed], Any]
Check: TypeAlias = Callable[[LocalClients, Deployed], object]
"""Returns something true if the service knows the resource. The service's errors may pass."""


def ask(service: str, call: str, answer: str, **arguments: Argument | str | list[str]) -> Check:
    """A check by one call.

    Args:
        service: boto3's name of the service.
        call: The method of its client.
        answer: The part of the answer that must not be empty, keys joined by dots.
        **arguments: The call's arguments: constants, or functions of the resource.
    """

    def check(clients: LocalClients, resource: Deployed) -> object:
        request = {
            name: value(resource) if callable(value) else value for name, value in arguments.items()
        }
        found: Any = getattr(clients[service], call)(**request)
        for key in answer.split("."):
            found = found.get(key) if isinstance(found, dict) else None
        return found

    return check


def physical_id(resource: Deployed) -> str:
    """The resource's id, as an argument."""
    return resource.physical_id


def physical_ids(resource: Deployed) -> list[str]:
    """The resource's id, as an argument that takes a list."""
    return [resource.physical_id]


def prop(name: str) -> Argument:
    """A property of the resource, as an argument."""
    return lambda resource: resource.property(name)


def part(index: int, separator: str = "|") -> Argument:
    """A part of a compound id, as an argument."""
    return lambda resource: resource.physical_id.split(separator)[index]


def _policy_of_roles(clients: LocalClients, resource: Deployed) -> object:
    """An inline policy: every role that it names must have it."""
    return all(
        clients["iam"].get_role_policy(RoleName=role, PolicyName=resource.property("PolicyName"))
        for role in resource.property("Roles")
    )


def _log_group(clients: LocalClients, resource: Deployed) -> object:
    groups = clients["logs"].describe_log_groups(logGroupNamePrefix=resource.physical_id)
    return any(group["logGroupName"] == resource.physical_id for group in groups["logGroups"])


def _service(clients: LocalClients, resource: Deployed) -> object:
    cluster = resource.physical_id.rpartition(":")[2].split("/")[1]
    services = clients["ecs"].describe_services(cluster=cluster, services=[resource.physical_id])
    return any(service["status"] == "ACTIVE" for service in services["services"])


def _capacity(clients: LocalClients, resource: Deployed) -> object:
    clusters = clients["ecs"].describe_clusters(clusters=[resource.physical_id])
    return any(cluster.get("capacityProviders") for cluster in clusters["clusters"])


def _alias(clients: LocalClients, resource: Deployed) -> object:
    aliases = clients["kms"].list_aliases()["Aliases"]
    return any(alias["AliasName"] == resource.physical_id for alias in aliases)


def _topic_policy(clients: LocalClients, resource: Deployed) -> object:
    return all(
        clients["sns"].get_topic_attributes(TopicArn=topic)["Attributes"].get("Policy")
        for topic in resource.property("Topics")
    )


def _listed_by_cloudformation(_clients: LocalClients, _resource: Deployed) -> object:
    """A type of CloudFormation's own: there is no other service to ask."""
    return True


def _route(clients: LocalClients, resource: Deployed) -> object:
    tables = clients["ec2"].describe_route_tables(RouteTableIds=[resource.property("RouteTableId")])
    destination = resource.property("DestinationCidrBlock")
    return any(
        route.get("DestinationCidrBlock") == destination
        for table in tables["RouteTables"]
        for route in table["Routes"]
    )


def _route_table_association(clients: LocalClients, resource: Deployed) -> object:
    tables = clients["ec2"].describe_route_tables(RouteTableIds=[resource.property("RouteTableId")])
    return any(
        association.get("SubnetId") == resource.property("SubnetId")
        for table in tables["RouteTables"]
        for association in table["Associations"]
    )


def _gateway_attachment(clients: LocalClients, resource: Deployed) -> object:
    gateways = clients["ec2"].describe_internet_gateways(
        InternetGatewayIds=[resource.property("InternetGatewayId")]
    )
    return any(
        attachment["VpcId"] == resource.property("VpcId")
        for gateway in gateways["InternetGateways"]
        for attachment in gateway["Attachments"]
    )


def _address(clients: LocalClients, resource: Deployed) -> object:
    addresses = clients["ec2"].describe_addresses()["Addresses"]
    return any(address["PublicIp"] == resource.physical_id for address in addresses)


def _nat_gateway(clients: LocalClients, resource: Deployed) -> object:
    gateways = clients["ec2"].describe_nat_gateways(NatGatewayIds=[resource.physical_id])
    return any(gateway["State"] == "available" for gateway in gateways["NatGateways"])


def _record_set(clients: LocalClients, resource: Deployed) -> object:
    records = clients["route53"].list_resource_record_sets(
        HostedZoneId=resource.property("HostedZoneId")
    )
    name = str(resource.property("Name")).rstrip(".")
    return any(record["Name"].rstrip(".") == name for record in records["ResourceRecordSets"])


def _web_acl(clients: LocalClients, resource: Deployed) -> object:
    name, acl_id, scope = resource.physical_id.split("|")
    return clients["wafv2"].get_web_acl(Name=name, Id=acl_id, Scope=scope)["WebACL"]


CHECKS: Final[Mapping[str, Check]] = {
    "AWS::ApiGatewayV2::Api": ask("apigatewayv2", "get_api", "ApiId", ApiId=physical_id),
    "AWS::ApiGatewayV2::ApiMapping": ask(
        "apigatewayv2",
        "get_api_mapping",
        "ApiMappingId",
        DomainName=prop("DomainName"),
        ApiMappingId=physical_id,
    ),
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
    "AWS::CertificateManager::Certificate": ask(
        "acm", "describe_certificate", "Certificate", CertificateArn=physical_id
    ),
    "AWS::CloudFormation::WaitCondition": _listed_by_cloudformation,
    "AWS::CloudFormation::WaitConditionHandle": _listed_by_cloudformation,
    "AWS::CloudFront::CachePolicy": ask(
        "cloudfront", "get_cache_policy", "CachePolicy", Id=physical_id
    ),
    "AWS::CloudFront::Distribution": ask(
        "cloudfront", "get_distribution", "Distribution", Id=physical_id
    ),
    "AWS::CloudFront::OriginAccessControl": ask(
        "cloudfront", "get_origin_access_control", "OriginAccessControl", Id=physical_id
    ),
    "AWS::CloudFront::OriginRequestPolicy": ask(
        "cloudfront", "get_origin_request_policy", "OriginRequestPolicy", Id=physical_id
    ),
    "AWS::CloudFront::ResponseHeadersPolicy": ask(
        "cloudfront", "get_response_headers_policy", "ResponseHeadersPolicy", Id=physical_id
    ),
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
    "AWS::EC2::EIP": _address,
    "AWS::EC2::FlowLog": ask("ec2", "describe_flow_logs", "FlowLogs", FlowLogIds=physical_ids),
    "AWS::EC2::InternetGateway": ask(
        "ec2", "describe_internet_gateways", "InternetGateways", InternetGatewayIds=physical_ids
    ),
    "AWS::EC2::NatGateway": _nat_gateway,
    "AWS::EC2::Route": _route,
    "AWS::EC2::RouteTable": ask(
        "ec2", "describe_route_tables", "RouteTables", RouteTableIds=physical_ids
    ),
    "AWS::EC2::SecurityGroup": ask(
        "ec2", "describe_security_groups", "SecurityGroups", GroupIds=physical_ids
    ),
    **{
        f"AWS::EC2::SecurityGroup{kind}": ask(
            "ec2",
            "describe_security_group_rules",
            "SecurityGroupRules",
            SecurityGroupRuleIds=physical_ids,
        )
        for kind in ("Egress", "Ingress")
    },
    "AWS::EC2::Subnet": ask("ec2", "describe_subnets", "Subnets", SubnetIds=physical_ids),
    "AWS::EC2::SubnetRouteTableAssociation": _route_table_association,
    "AWS::EC2::VPC": ask("ec2", "describe_vpcs", "Vpcs", VpcIds=physical_ids),
    "AWS::EC2::VPCEndpoint": ask(
        "ec2", "describe_vpc_endpoints", "VpcEndpoints", VpcEndpointIds=physical_ids
    ),
    "AWS::EC2::VPCGatewayAttachment": _gateway_attachment,
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
    "AWS::ElasticLoadBalancingV2::Listener": ask(
        "elbv2", "describe_listeners", "Listeners", ListenerArns=physical_ids
    ),
    "AWS::ElasticLoadBalancingV2::ListenerRule": ask(
        "elbv2", "describe_rules", "Rules", RuleArns=physical_ids
    ),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": ask(
        "elbv2", "describe_load_balancers", "LoadBalancers", LoadBalancerArns=physical_ids
    ),
    "AWS::ElasticLoadBalancingV2::TargetGroup": ask(
        "elbv2", "describe_target_groups", "TargetGroups", TargetGroupArns=physical_ids
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
    "AWS::Route53::HostedZone": ask("route53", "get_hosted_zone", "HostedZone", Id=physical_id),
    "AWS::Route53::RecordSet": _record_set,
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
    "AWS::WAFv2::WebACL": _web_acl,
    "AWS::WAFv2::WebACLAssociation": ask(
        "wafv2", "get_web_acl_for_resource", "WebACL", ResourceArn=part(-1)
    ),
}
"""Types that are not here are shown as not checked."""
