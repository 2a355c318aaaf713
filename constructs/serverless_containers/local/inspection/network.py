"""Checks of networks and of what stands in front of a service."""

from collections.abc import Mapping
from typing import Final

from serverless_containers.local.clients import Clients
from serverless_containers.local.inspection.asking import (
    Check,
    ask,
    part,
    physical_id,
    physical_ids,
)
from serverless_containers.local.inspection.deployed import Deployed


def _route(clients: Clients, resource: Deployed) -> object:
    tables = clients["ec2"].describe_route_tables(RouteTableIds=[resource.property("RouteTableId")])
    destination = resource.property("DestinationCidrBlock")
    return any(
        route.get("DestinationCidrBlock") == destination
        for table in tables["RouteTables"]
        for route in table["Routes"]
    )


def _route_table_association(clients: Clients, resource: Deployed) -> object:
    tables = clients["ec2"].describe_route_tables(RouteTableIds=[resource.property("RouteTableId")])
    return any(
        association.get("SubnetId") == resource.property("SubnetId")
        for table in tables["RouteTables"]
        for association in table["Associations"]
    )


def _gateway_attachment(clients: Clients, resource: Deployed) -> object:
    gateways = clients["ec2"].describe_internet_gateways(
        InternetGatewayIds=[resource.property("InternetGatewayId")]
    )
    return any(
        attachment["VpcId"] == resource.property("VpcId")
        for gateway in gateways["InternetGateways"]
        for attachment in gateway["Attachments"]
    )


def _address(clients: Clients, resource: Deployed) -> object:
    addresses = clients["ec2"].describe_addresses()["Addresses"]
    return any(address["PublicIp"] == resource.physical_id for address in addresses)


def _nat_gateway(clients: Clients, resource: Deployed) -> object:
    gateways = clients["ec2"].describe_nat_gateways(NatGatewayIds=[resource.physical_id])
    return any(gateway["State"] == "available" for gateway in gateways["NatGateways"])


def _record_set(clients: Clients, resource: Deployed) -> object:
    records = clients["route53"].list_resource_record_sets(
        HostedZoneId=resource.property("HostedZoneId")
    )
    name = str(resource.property("Name")).rstrip(".")
    return any(record["Name"].rstrip(".") == name for record in records["ResourceRecordSets"])


def _web_acl(clients: Clients, resource: Deployed) -> object:
    name, acl_id, scope = resource.physical_id.split("|")
    return clients["wafv2"].get_web_acl(Name=name, Id=acl_id, Scope=scope)["WebACL"]


NETWORK: Final[Mapping[str, Check]] = {
    "AWS::CertificateManager::Certificate": ask(
        "acm", "describe_certificate", "Certificate", CertificateArn=physical_id
    ),
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
    "AWS::EC2::SecurityGroupEgress": ask(
        "ec2",
        "describe_security_group_rules",
        "SecurityGroupRules",
        SecurityGroupRuleIds=physical_ids,
    ),
    "AWS::EC2::SecurityGroupIngress": ask(
        "ec2",
        "describe_security_group_rules",
        "SecurityGroupRules",
        SecurityGroupRuleIds=physical_ids,
    ),
    "AWS::EC2::Subnet": ask("ec2", "describe_subnets", "Subnets", SubnetIds=physical_ids),
    "AWS::EC2::SubnetRouteTableAssociation": _route_table_association,
    "AWS::EC2::VPC": ask("ec2", "describe_vpcs", "Vpcs", VpcIds=physical_ids),
    "AWS::EC2::VPCEndpoint": ask(
        "ec2", "describe_vpc_endpoints", "VpcEndpoints", VpcEndpointIds=physical_ids
    ),
    "AWS::EC2::VPCGatewayAttachment": _gateway_attachment,
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
    "AWS::Route53::HostedZone": ask("route53", "get_hosted_zone", "HostedZone", Id=physical_id),
    "AWS::Route53::RecordSet": _record_set,
    "AWS::WAFv2::WebACL": _web_acl,
    "AWS::WAFv2::WebACLAssociation": ask(
        "wafv2", "get_web_acl_for_resource", "WebACL", ResourceArn=part(-1)
    ),
}
