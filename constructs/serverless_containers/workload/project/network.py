"""The network of tasks: a VPC of a given cost profile, or one that exists already."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum

from aws_cdk import Annotations, Fn, RemovalPolicy, Stack, Token
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from constructs import Construct, IDependable

from serverless_containers.findings.listing import listed
from serverless_containers.iam.trust import confine_flow_log_role
from serverless_containers.plan.secrets.model import SecretStore
from serverless_containers.workload.project.zones import place_subnets


class NetworkProfile(Enum):
    """The way of tasks to the internet and to AWS, which decides what an idle network costs."""

    PUBLIC = "public"
    """Public subnets and addresses. No standing cost but the addresses; security groups keep
    everything out but the ingress."""
    PRIVATE = "private"
    """Private subnets behind a NAT gateway in each zone."""
    ENDPOINTS = "endpoints"
    """Private subnets without a way to the internet: AWS services, and images in ECR alone, through
    interface endpoints."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IngressRequirements:
    """The requirements of an ingress on the tasks behind it and on their network.

    Attributes:
        zones: The number of availability zones that it spans itself; a load balancer needs two.
        gateway: Whether it needs an internet gateway and public subnets.
        drains: Whether it finishes the requests of a task before ECS stops it.
        port: Whether it forwards requests, for which some container needs a port.
        checks_health: Whether it asks each task itself whether it is healthy, as a target group
            does.
    """

    zones: int = 1
    gateway: bool = False
    drains: bool = False
    port: bool = True
    checks_health: bool = False


NO_INGRESS = IngressRequirements(drains=True, port=False)
"""The requirements of a service that no requests reach: there are none to be finished either."""
SHARED_NETWORK = IngressRequirements(zones=2, gateway=True)
"""The requirements of every ingress together, for a network that services share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The place of tasks in a VPC.

    Attributes:
        vpc: The VPC.
        subnets: Its subnets for tasks.
        interface_subnets: The private subnets in the tasks' zones, for what reaches the tasks or is
            reached by them: mount targets, VPC links.
        public_subnets: Its public subnets for a load balancer. None in a VPC that was given.
        private_subnets: Its private subnets for a load balancer. None in a VPC that was given.
        assign_public_ip: Whether tasks get a public address.
        reaches_internet: Whether tasks can pull images from outside AWS, as far as is known.
        zones_by_id: Whether its zones are those of a table, where the region asks for that.
        ready: The constructs that have to exist before a task can reach its image.
    """

    vpc: ec2.IVpc
    subnets: ec2.SubnetSelection
    interface_subnets: ec2.SubnetSelection
    public_subnets: ec2.SubnetSelection | None = None
    private_subnets: ec2.SubnetSelection | None = None
    assign_public_ip: bool
    reaches_internet: bool
    zones_by_id: bool = False
    ready: tuple[IDependable, ...] = ()

    @property
    def is_given(self) -> bool:
        """Whether it is in a VPC that somebody else has made."""
        return self.private_subnets is None


_CIDR = "10.0.0.0/16"
_SUBNET_MASK = 20
_PUBLIC, _PRIVATE = "Public", "Private"
_MOST_ZONES = 3
_TWO_ZONE_REGIONS = frozenset({"us-west-1"})
"""Regions that show an account two zones; "AWS Regions and Availability Zones"."""


def _check_zones(zones: Sequence[str]) -> None:
    """Refuse zones that are none, or two of one name.

    Raises:
        ValueError: If they are.
    """
    if not zones or not all(zones):
        raise ValueError(
            "availability_zones: expected the names of one or more zones, such as eu-west-1a, got "
            f"{list(zones)}; leave it out for the region's first ones"
        )
    twice = [zone for index, zone in enumerate(zones) if zone in zones[:index]]
    if twice:
        raise ValueError(f"availability_zones: {listed(dict.fromkeys(twice))} is there twice")


class Network(Construct):
    """A VPC for Fargate tasks.

    The availability zones are chosen by CloudFormation when it deploys (``Fn::GetAZs``), so that
    synthesis looks nothing up and the template fits every account and region.

    There are private subnets in every profile, and public ones wherever something needs them. Both
    have addresses of their own from the start, so that another profile, ingress or zone, later,
    replaces no subnet: a new one is created before the old one is deleted, and may not overlap it.

    Gateway endpoints for S3 and DynamoDB cost nothing, and are there in every profile: image
    layers come from S3.

    Args:
        profile: The way to the outside.
        high_availability: Three zones instead of one (two in a region that has two).
        availability_zones: The zones by name. Default: the first ones of the region; where not
            every zone of the region will do, those of a table (`zones`).
        requirements: The requirements of the ingress. Tasks stay in one zone without high
            availability, whatever their ingress spans.
        log_retention: The time for which flow logs are kept.
        removal_policy: The removal policy of the flow logs when the stack is deleted.

    Attributes:
        high_availability: Whether tasks are in several zones.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        profile: NetworkProfile,
        high_availability: bool = False,
        availability_zones: Sequence[str] | None = None,
        requirements: IngressRequirements = IngressRequirements(),
        log_retention: logs.RetentionDays = logs.RetentionDays.ONE_MONTH,
        removal_policy: RemovalPolicy = RemovalPolicy.DESTROY,
    ) -> None:
        super().__init__(scope, construct_id)
        self._profile = profile
        self.high_availability = high_availability
        zones = list(availability_zones or ())
        if availability_zones is not None:
            _check_zones(zones)
        self._count = len(zones) or self._zone_count()
        self._zones_by_id = not zones
        if not zones:
            spanned = max(self._count, requirements.zones)
            zones = [Fn.select(index, Fn.get_azs()) for index in range(spanned)]
        self._has_gateway = profile is not NetworkProfile.ENDPOINTS or requirements.gateway
        self.vpc = self._make_vpc(zones)
        self._log_flows(log_retention, removal_policy)
        self._private = self.vpc.select_subnets(subnet_group_name=_PRIVATE)
        self._inner = ec2.SubnetSelection(subnets=self._private.subnets[: self._count])
        if self._zones_by_id:
            for group in (_PUBLIC,) * self._has_gateway + (_PRIVATE,):
                place_subnets(self.vpc.select_subnets(subnet_group_name=group).subnets)
        self._endpoints: dict[str, ec2.InterfaceVpcEndpoint] = {}
        if profile is NetworkProfile.ENDPOINTS:
            self._endpoint_group = self._make_endpoint_group()
            self._reach(
                EcrApi=ec2.InterfaceVpcEndpointAwsService.ECR,
                EcrDocker=ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER,
                Logs=ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
            )

    def place(
        self,
        *,
        secrets: Collection[SecretStore],
        execute: bool,
        traces: bool = False,
        keys: bool = False,
    ) -> Placement:
        """Return the place of a service, with interface endpoints for what it needs.

        Args:
            secrets: The stores that its tasks read secrets from.
            execute: Whether its tasks take part in ECS Exec.
            traces: Whether they send traces to AWS X-Ray.
            keys: Whether they use keys of KMS themselves, as sessions of ECS Exec may.
        """
        public = self._profile is NetworkProfile.PUBLIC
        outer = ec2.SubnetSelection(subnet_group_name=_PUBLIC) if self._has_gateway else None
        chosen = self.vpc.select_subnets(subnet_group_name=_PUBLIC) if public else self._private
        ready: Sequence[IDependable] = [chosen.internet_connectivity_established]
        if self._profile is NetworkProfile.ENDPOINTS:
            if SecretStore.SECRETS_MANAGER in secrets:
                self._reach(SecretsManager=ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER)
            if SecretStore.PARAMETER_STORE in secrets:
                self._reach(Ssm=ec2.InterfaceVpcEndpointAwsService.SSM)
            if execute:
                self._reach(SsmMessages=ec2.InterfaceVpcEndpointAwsService.SSM_MESSAGES)
            if traces:
                self._reach(XRay=ec2.InterfaceVpcEndpointAwsService.XRAY)
            if keys:
                self._reach(Kms=ec2.InterfaceVpcEndpointAwsService.KMS)
            ready = list(self._endpoints.values())
        return Placement(
            vpc=self.vpc,
            subnets=ec2.SubnetSelection(subnets=chosen.subnets[: self._count]),
            interface_subnets=self._inner,
            public_subnets=outer,
            private_subnets=ec2.SubnetSelection(subnet_group_name=_PRIVATE),
            assign_public_ip=public,
            reaches_internet=self._profile is not NetworkProfile.ENDPOINTS,
            zones_by_id=self._zones_by_id,
            ready=tuple(ready),
        )

    def _make_vpc(self, zones: Sequence[str]) -> ec2.Vpc:
        nat = self._profile is NetworkProfile.PRIVATE
        return ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(_CIDR),
            availability_zones=list(zones),
            # So that another zone, later, moves no subnet.
            reserved_azs=max(_MOST_ZONES - len(zones), 0),
            nat_gateways=self._count if nat else 0,
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name=_PUBLIC,
                    subnet_type=ec2.SubnetType.PUBLIC,
                    cidr_mask=_SUBNET_MASK,
                    # A task asks for its address itself; nothing else here should get one.
                    map_public_ip_on_launch=False,
                    reserved=not self._has_gateway,
                ),
                ec2.SubnetConfiguration(
                    name=_PRIVATE,
                    subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS
                    if nat
                    else ec2.SubnetType.PRIVATE_ISOLATED,
                    cidr_mask=_SUBNET_MASK,
                ),
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

    def _log_flows(self, retention: logs.RetentionDays, removal_policy: RemovalPolicy) -> None:
        flow_log = self.vpc.add_flow_log(
            "FlowLog",
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(
                logs.LogGroup(
                    self, "FlowLogGroup", retention=retention, removal_policy=removal_policy
                )
            ),
            # Accepted traffic is in the access log already, and would be most of the bill.
            traffic_type=ec2.FlowLogTrafficType.REJECT,
        )
        confine_flow_log_role(flow_log.iam_role)

    def _zone_count(self) -> int:
        region = Stack.of(self).region
        if not self.high_availability:
            return 1
        if not Token.is_unresolved(region) and region in _TWO_ZONE_REGIONS:
            Annotations.of(self).add_warning_v2(
                "serverless-containers:two-zones",
                f"{region} shows an account two availability zones; high availability uses both",
            )
            return 2
        return _MOST_ZONES

    def _make_endpoint_group(self) -> ec2.SecurityGroup:
        group = ec2.SecurityGroup(
            self,
            "EndpointSecurityGroup",
            vpc=self.vpc,
            description="Interface endpoints of the tasks",
            allow_all_outbound=False,
        )
        # Whatever else runs in this VPC has no other way to AWS either.
        group.add_ingress_rule(ec2.Peer.ipv4(_CIDR), ec2.Port.tcp(443), "AWS APIs from the VPC")
        return group

    def _reach(self, **services: ec2.InterfaceVpcEndpointAwsService) -> None:
        """Add interface endpoints that are not there yet.

        The services are those of "Amazon ECS interface VPC endpoints", Amazon ECS Developer Guide.
        """
        for name, service in services.items():
            if name not in self._endpoints:
                self._endpoints[name] = self.vpc.add_interface_endpoint(
                    name,
                    service=service,
                    subnets=self._inner,
                    security_groups=[self._endpoint_group],
                    open=False,
                )


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
        interface_subnets=subnets,
        assign_public_ip=assign,
        # In a public subnet the way out is the task's own address.
        reaches_internet=assign if public else not shut_in,
        ready=(chosen.internet_connectivity_established,),
    )
