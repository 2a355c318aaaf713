"""Where the tasks run: a VPC of a given cost profile, or one that exists already."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from aws_cdk import Annotations, Fn, RemovalPolicy, Stack, Token
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from constructs import Construct, IDependable

from serverless_containers.access.trust import confine_flow_log_role
from serverless_containers.plan.secrets.model import SecretStore
from serverless_containers.zones import linked_subnets, place_subnets


class NetworkProfile(Enum):
    """What tasks reach the outside through, and so what an idle network costs."""

    PUBLIC = "public"
    """Public subnets and addresses. No standing cost but the addresses; security groups keep
    everything out but the door."""
    PRIVATE = "private"
    """Private subnets behind a NAT gateway in each zone."""
    ENDPOINTS = "endpoints"
    """Private subnets without a way to the internet: AWS services through interface endpoints."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorNeeds:
    """What a door asks of the network of the tasks behind it.

    Attributes:
        zones: How many availability zones it spans itself; a load balancer needs two.
        gateway: Whether it needs an internet gateway and public subnets.
        private: Whether it needs subnets that no gateway leads into.
        drains: Whether it finishes the requests of a task before ECS stops it.
    """

    zones: int = 1
    gateway: bool = False
    private: bool = False
    drains: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where in a VPC tasks are put.

    Attributes:
        vpc: The VPC.
        subnets: Its subnets for tasks.
        public_subnets: Its public subnets, for a door.
        private_subnets: Its subnets for a door that the internet does not reach.
        assign_public_ip: Whether tasks get a public address.
        reaches_internet: Whether tasks can pull images from outside AWS, as far as is known.
        linked_subnets: The ids of those of the tasks' subnets that a VPC link can be in. None:
            all.
        ready: What has to exist before a task can reach its image.
    """

    vpc: ec2.IVpc
    subnets: ec2.SubnetSelection
    public_subnets: ec2.SubnetSelection
    private_subnets: ec2.SubnetSelection
    assign_public_ip: bool
    reaches_internet: bool
    linked_subnets: Sequence[str] | None = None
    ready: tuple[IDependable, ...] = ()


_CIDR = "10.0.0.0/16"
_MOST_ZONES = 3
_TWO_ZONE_REGIONS = frozenset({"us-west-1"})
"""Regions that show an account two zones; "AWS Regions and Availability Zones"."""


class Network(Construct):
    """A VPC for Fargate tasks.

    The availability zones are chosen by CloudFormation when it deploys (``Fn::GetAZs``), so that
    synthesis looks nothing up and the template fits every account and region.

    Gateway endpoints for S3 and DynamoDB cost nothing, and are there in every profile: image
    layers come from S3.

    Args:
        profile: The way to the outside.
        high_availability: Three zones instead of one (two in a region that has two).
        availability_zones: The zones by name. Default: the first ones of the region; where not
            every zone of the region will do, those of a table (`zones`).
        door: What the door asks for. Tasks stay in one zone without high availability, whatever
            their door spans.
        log_retention: How long flow logs are kept.
        removal_policy: What becomes of the flow logs when the stack is deleted.
        secrets: The stores that tasks read secrets from, for the endpoints.
        execute: Whether tasks take part in ECS Exec, for the endpoints.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        profile: NetworkProfile,
        high_availability: bool = False,
        availability_zones: Sequence[str] | None = None,
        door: DoorNeeds = DoorNeeds(),
        log_retention: logs.RetentionDays = logs.RetentionDays.ONE_MONTH,
        removal_policy: RemovalPolicy = RemovalPolicy.DESTROY,
        secrets: Collection[SecretStore] = (),
        execute: bool = False,
    ) -> None:
        super().__init__(scope, construct_id)
        zones = list(availability_zones or ())
        count = len(zones) or self._zone_count(high_availability=high_availability)
        if not zones:
            spanned = max(count, door.zones)
            zones = [Fn.select(index, Fn.get_azs()) for index in range(spanned)]
        public = profile is NetworkProfile.PUBLIC
        tasks = ec2.SubnetConfiguration(
            name="Tasks",
            subnet_type={
                NetworkProfile.PUBLIC: ec2.SubnetType.PUBLIC,
                NetworkProfile.PRIVATE: ec2.SubnetType.PRIVATE_WITH_EGRESS,
                NetworkProfile.ENDPOINTS: ec2.SubnetType.PRIVATE_ISOLATED,
            }[profile],
            cidr_mask=20,
            # A task asks for its address itself; nothing else that lands here should get one.
            map_public_ip_on_launch=False if public else None,
        )
        gateway = ec2.SubnetConfiguration(
            name="Gateway", subnet_type=ec2.SubnetType.PUBLIC, cidr_mask=24,
            map_public_ip_on_launch=False,
        )  # fmt: skip
        has_gateway = profile is NetworkProfile.PRIVATE or (door.gateway and not public)
        has_door = door.private and public
        shut = ec2.SubnetConfiguration(
            name="Door", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=24
        )
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(_CIDR),
            availability_zones=zones,
            # So that another zone, later, moves no subnet.
            reserved_azs=max(_MOST_ZONES - len(zones), 0),
            nat_gateways=count if profile is NetworkProfile.PRIVATE else 0,
            subnet_configuration=[
                *([gateway] if has_gateway else []),
                tasks,
                *([shut] if has_door else []),
            ],
            gateway_endpoints={
                "S3": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.S3),
                "DynamoDb": ec2.GatewayVpcEndpointOptions(
                    service=ec2.GatewayVpcEndpointAwsService.DYNAMODB
                ),
            },
            # The default group is not used; emptying it would take a Lambda function.
            restrict_default_security_group=False,
        )
        flow_log = self.vpc.add_flow_log(
            "FlowLog",
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(
                logs.LogGroup(
                    self, "FlowLogGroup", retention=log_retention, removal_policy=removal_policy
                )
            ),
            # Accepted traffic is in the access log already, and would be most of the bill.
            traffic_type=ec2.FlowLogTrafficType.REJECT,
        )
        confine_flow_log_role(flow_log.iam_role)
        placed = not availability_zones
        if placed:
            for group in ("Gateway",) * has_gateway + ("Tasks",) + ("Door",) * has_door:
                place_subnets(self.vpc.select_subnets(subnet_group_name=group).subnets)
        everywhere = ec2.SubnetSelection(subnet_group_name="Tasks")
        chosen = self.vpc.select_subnets(subnet_group_name="Tasks")
        self.placement = Placement(
            vpc=self.vpc,
            subnets=ec2.SubnetSelection(subnets=chosen.subnets[:count]),
            public_subnets=ec2.SubnetSelection(subnet_group_name="Gateway")
            if has_gateway
            else everywhere,
            private_subnets=ec2.SubnetSelection(subnet_group_name="Door")
            if has_door
            else everywhere,
            assign_public_ip=public,
            reaches_internet=profile is not NetworkProfile.ENDPOINTS,
            linked_subnets=linked_subnets(self, chosen.subnets[:count]) if placed else None,
            ready=(chosen.internet_connectivity_established,),
        )
        if profile is NetworkProfile.ENDPOINTS:
            self.placement = self._make_endpoints(secrets=secrets, execute=execute)

    def _zone_count(self, *, high_availability: bool) -> int:
        region = Stack.of(self).region
        if not high_availability:
            return 1
        if not Token.is_unresolved(region) and region in _TWO_ZONE_REGIONS:
            Annotations.of(self).add_warning_v2(
                "serverless-containers:two-zones",
                f"{region} shows an account two availability zones; high availability uses both",
            )
            return 2
        return _MOST_ZONES

    def _make_endpoints(self, *, secrets: Collection[SecretStore], execute: bool) -> Placement:
        """Give tasks their way to AWS, where they have no other.

        The services are those of "Amazon ECS interface VPC endpoints", Amazon ECS Developer Guide.
        """
        services = {
            "EcrApi": ec2.InterfaceVpcEndpointAwsService.ECR,
            "EcrDocker": ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER,
            "Logs": ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
        }
        if SecretStore.SECRETS_MANAGER in secrets:
            services["SecretsManager"] = ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER
        if SecretStore.PARAMETER_STORE in secrets:
            services["Ssm"] = ec2.InterfaceVpcEndpointAwsService.SSM
        if execute:
            services["SsmMessages"] = ec2.InterfaceVpcEndpointAwsService.SSM_MESSAGES
        group = ec2.SecurityGroup(
            self,
            "EndpointSecurityGroup",
            vpc=self.vpc,
            description="Interface endpoints of the tasks",
            allow_all_outbound=False,
        )
        # Whatever else runs in this VPC has no other way to AWS either.
        group.add_ingress_rule(ec2.Peer.ipv4(_CIDR), ec2.Port.tcp(443), "AWS APIs from the VPC")
        endpoints = [
            self.vpc.add_interface_endpoint(
                name,
                service=service,
                subnets=self.placement.subnets,
                security_groups=[group],
                open=False,
            )
            for name, service in services.items()
        ]
        return replace(self.placement, ready=tuple(endpoints))


def existing_placement(
    vpc: ec2.IVpc, subnets: ec2.SubnetSelection | None, *, assign_public_ip: bool | None
) -> Placement:
    """Place tasks in a VPC that exists already.

    Without a selection they go to private subnets with a way out, else to isolated ones, else to
    public ones; only in public ones do they get a public address by default.
    """
    if subnets is None:
        kind = (
            ec2.SubnetType.PRIVATE_WITH_EGRESS
            if vpc.private_subnets
            else ec2.SubnetType.PRIVATE_ISOLATED
            if vpc.isolated_subnets
            else ec2.SubnetType.PUBLIC
        )
        subnets = ec2.SubnetSelection(subnet_type=kind)
    chosen = vpc.select_subnets(
        availability_zones=subnets.availability_zones,
        one_per_az=subnets.one_per_az,
        subnet_filters=subnets.subnet_filters,
        subnet_group_name=subnets.subnet_group_name,
        subnets=subnets.subnets,
        subnet_type=subnets.subnet_type,
    )
    public = bool(chosen.has_public)
    assign = public if assign_public_ip is None else assign_public_ip
    isolated = {subnet.subnet_id for subnet in vpc.isolated_subnets}
    shut_in = bool(isolated) and isolated.issuperset(chosen.subnet_ids)
    return Placement(
        vpc=vpc,
        subnets=subnets,
        public_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
        private_subnets=subnets,
        assign_public_ip=assign,
        # In a public subnet the way out is the task's own address.
        reaches_internet=assign if public else not shut_in,
        ready=(chosen.internet_connectivity_established,),
    )
