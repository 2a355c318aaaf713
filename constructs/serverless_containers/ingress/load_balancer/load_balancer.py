"""An Application Load Balancer as the ingress of a service."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicy, Stack, Token, Tokenization
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from serverless_containers.ingress.load_balancer.rollout import Rollout, shift_traffic
from serverless_containers.ingress.load_balancer.rollout_alarms import rollout_alarms
from serverless_containers.ingress.load_balancer.sign_in import BoundSignIn, SignIn
from serverless_containers.ingress.load_balancer.targets import (
    TargetHealthCheck,
    TargetOptions,
    make_target_group,
)
from serverless_containers.ingress.log_bucket import make_log_bucket
from serverless_containers.ingress.untagged import keep_untagged
from serverless_containers.monitoring.signals import Signals, load_balancer_signals
from serverless_containers.workload.service.checks import check_rollout
from serverless_containers.workload.service.deployment_alarms import BAKE_MINUTES, roll_back_on
from serverless_containers.workload.service.service import ProjectService

_TLS_POLICY = elbv2.SslPolicy.TLS13_12_RES_PQ
"""TLS 1.3 and 1.2 with forward secrecy: what AWS recommends ("Security policies for your
Application Load Balancer"). CloudFront offers its origins 1.2."""
_CONDITION_VALUES = 5
_WILDCARDS = 5
"""The most that the conditions of a rule may hold between them ("Quotas for your Application Load
Balancers", which has allowed a sixth wildcard since)."""
_HEADER_VALUES = 2
_LAST_PRIORITY = 50_000
"""The last priority that there is ("CreateRule", Elastic Load Balancing API Reference)."""
_DELIVERY = "logdelivery.elasticloadbalancing.amazonaws.com"
"""Writes the logs in every region; the accounts of single regions are the older way ("Enable access
logs for your Application Load Balancer", Elastic Load Balancing documentation)."""
_COGNITO = ec2.CfnSecurityGroup.EgressProperty(
    ip_protocol="tcp",
    from_port=443,
    to_port=443,
    cidr_ip="0.0.0.0/0",
    description="To the endpoints of Cognito, which have no list of addresses",
)

SHARE_HINT = (
    "; a VPC that another construct made for itself has what its own ingress requires and no more: "
    'give both the same cluster=ContainerCluster(stack, "Containers"), whose network suits each'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRule:
    """The rule of a security group for the clients of a load balancer.

    Attributes:
        description: The name of the clients, such as ``CloudFront``.
        prefix_list_id: The prefix list of their addresses.
        cidr_ip: Their range of IPv4 addresses, where there is no prefix list.
    """

    description: str
    prefix_list_id: str | None = None
    cidr_ip: str | None = None


class RequestSource(ABC):
    """The clients that may connect to a load balancer."""

    @abstractmethod
    def bind(self, scope: Construct) -> SourceRule:
        """Return the rule that lets them in.

        Args:
            scope: The construct of the load balancer, below which others may be made.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredHeader:
    """A header that a request has to have, or it is turned away.

    Attributes:
        name: Its name.
        values: The values that are accepted, at most two.
    """

    name: str
    values: Sequence[str]


class LoadBalancerIngress(Construct):
    """An Application Load Balancer in front of a service, for one kind of client.

    Its security group lets in the source and nothing else. Requests without the required header
    get a plain 403.

    Args:
        service: The service that requests are sent to.
        source: The clients that may connect.
        idle_seconds: The time for which a connection may be silent, in seconds. Default: 60.
        certificate: Its certificate, in its region. Default: none, and the listener speaks HTTP.
        internal: Whether it has private addresses only.
        required_header: The header of a request that is let in. Default: all are.
        sign_in: The sign-in of visitors. Default: they do not sign in.
        site_names: The names under which visitors call the site, for ``sign_in``.
        rollout: The replacement of the old version by a new one. Default: `Rollout.rolling`.
        health_check: The check of whether a task can take requests. Default: `TargetHealthCheck`.
        target: The options of the target group. Default: `TargetOptions`.
        subnets: Its subnets, in two zones or more. Default: public ones, one in each zone; private
            or isolated ones if it is internal.
        deletion_protection: Whether it can be deleted only after that was turned off.
        log_expiration: The time for which its access log is kept. Default: 30 days.
        removal_policy: The removal policy of the access log when the stack is deleted.

    Raises:
        ValueError: If arguments contradict each other, or something is out of its range.

    Attributes:
        load_balancer: The load balancer.
        listener: Its only listener.
        port: The listener's port, 443 or 80.
        target_group: The target group of the tasks.
        signals: The metrics of the load balancer and its target groups.
        sign_in: The parts of sign-in, if visitors sign in.
        access_logs: The bucket of the access log.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        service: ProjectService,
        source: RequestSource,
        idle_seconds: float = 60,
        certificate: acm.ICertificate | None = None,
        internal: bool = False,
        required_header: RequiredHeader | None = None,
        sign_in: SignIn | None = None,
        site_names: Sequence[str] = (),
        rollout: Rollout | None = None,
        health_check: TargetHealthCheck | None = None,
        target: TargetOptions | None = None,
        subnets: ec2.SubnetSelection | None = None,
        deletion_protection: bool = False,
        log_expiration: Duration | None = None,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
    ) -> None:
        super().__init__(scope, construct_id)
        rollout = rollout or Rollout.rolling()
        health = health_check or TargetHealthCheck()
        target = target or TargetOptions()
        check_rollout(
            service.plan,
            rollout.strategy.name.lower(),
            shifts_traffic=rollout.shifts_traffic,
        )
        rollout.check(
            origin_secret=required_header is not None,
            signs_in=sign_in is not None,
            sticky=target.stickiness is not None,
        )
        self._service = service
        self._grace_seconds = health.grace_period.to_seconds()
        self.port = 80 if certificate is None else 443
        self.load_balancer = elbv2.ApplicationLoadBalancer(
            self,
            "LoadBalancer",
            vpc=service.vpc,
            vpc_subnets=_select_subnets(
                service.vpc, subnets, internal=internal, signs_in=sign_in is not None
            ),
            internet_facing=not internal,
            security_group=self._make_security_group(source, health, sign_in),
            drop_invalid_header_fields=True,
            deletion_protection=deletion_protection,
        )
        # As an attribute: the CDK's own argument takes a token for the number that it stands in.
        self.load_balancer.set_attribute(
            "idle_timeout.timeout_seconds", Tokenization.stringify_number(idle_seconds)
        )
        self.access_logs = _log_access(
            self,
            self.load_balancer,
            expiration=log_expiration or Duration.days(30),
            removal_policy=removal_policy,
        )
        self.listener = self._add_listener(certificate)
        self.sign_in: BoundSignIn | None = sign_in.bind(self, site_names) if sign_in else None
        # A target group stays with its load balancer, which another scheme replaces.
        names = ["InternalTargets" if internal else "PublicTargets"]
        if rollout.shifts_traffic:
            names.append(f"Alternate{names[0]}")
        self.target_group, *alternates = (
            make_target_group(
                self, name, vpc=service.vpc, plan=service.plan, options=target, health=health
            )
            for name in names
        )
        alternate = alternates[0] if alternates else None
        self._route(
            required_header,
            alternate,
            public_paths=sign_in.public_paths if sign_in else (),
        )
        self.signals: Signals = load_balancer_signals(
            self.load_balancer, [self.target_group, *alternates]
        )
        self._rollout = rollout
        self._alarms = rollout.alarms
        rollout.attach(service.service)
        if rollout.needs_alarm and alternate is not None:
            self.roll_back_on(
                *rollout_alarms(
                    self,
                    self.load_balancer,
                    [self.target_group, alternate],
                    share=rollout.first_share,
                )
            )
        self._wait_for_rollout()
        if service.scales_on_requests:
            service.scale_on_requests(
                self.load_balancer.metrics.request_count(
                    period=Duration.minutes(1), statistic="Sum"
                ),
                # Of two target groups, either may be the one that gets the requests.
                group=None if alternate else self.target_group,
            )

    @property
    def watches_itself(self) -> bool:
        """Whether its rollout has alarms of its own, which tell the new version from the old."""
        return self._rollout.is_gradual

    def roll_back_on(self, *alarms: cloudwatch.IAlarm) -> None:
        """Make a deployment roll back when one of some alarms goes off.

        For alarms that watch the load balancer itself, and so cannot be given to its `Rollout`.
        """
        self._alarms = (*self._alarms, *alarms)
        roll_back_on(self._service.service, self._alarms, rolling=not self._rollout.shifts_traffic)
        self._wait_for_rollout()

    def _wait_for_rollout(self) -> None:
        """Let a pipeline that rolls out wait as long as the rollout takes."""
        bakes = self._alarms and not self._rollout.shifts_traffic
        self._service.images.wait_for_rollout(BAKE_MINUTES if bakes else self._rollout.minutes)

    def _make_security_group(
        self, source: RequestSource, health: TargetHealthCheck, sign_in: SignIn | None
    ) -> ec2.ISecurityGroup:
        port = self._service.port
        return _make_security_group(
            self,
            vpc=self._service.vpc,
            port=self.port,
            source=source.bind(self),
            tasks=self._service.service.connections.security_groups,
            task_ports=[port] if health.port in {None, port} else [port, health.port],
            signs_in=sign_in is not None,
        )

    def _add_listener(self, certificate: acm.ICertificate | None) -> elbv2.ApplicationListener:
        protocol = elbv2.ApplicationProtocol
        return self.load_balancer.add_listener(
            "Listener",
            port=self.port,
            protocol=protocol.HTTPS if certificate else protocol.HTTP,
            certificates=[certificate] if certificate else None,
            ssl_policy=_TLS_POLICY if certificate else None,
            # The security group lets in its source, and takes no more rules.
            open=False,
            default_action=elbv2.ListenerAction.fixed_response(
                403, content_type="text/plain", message_body="Forbidden"
            ),
        )

    def _route(
        self,
        required_header: RequiredHeader | None,
        alternate: elbv2.ApplicationTargetGroup | None,
        *,
        public_paths: Sequence[str],
    ) -> None:
        """Send what is let in to the tasks."""
        forward = (
            elbv2.ListenerAction.forward([self.target_group])
            if alternate is None
            else elbv2.ListenerAction.weighted_forward(
                [
                    elbv2.WeightedTargetGroup(target_group=self.target_group, weight=100),
                    elbv2.WeightedTargetGroup(target_group=alternate, weight=0),
                ]
            )
        )
        self._service.project.associate_capacity_after(self.load_balancer)
        rule = _add_rules(
            self,
            self.listener,
            required_header=required_header,
            action=self.sign_in.before(forward) if self.sign_in else forward,
            public_paths=public_paths,
            public_action=forward,
        )
        if alternate is not None:
            keep_untagged(rule)
        self._attach(
            shift_traffic(self, group=alternate, rule=rule) if alternate is not None else None
        )

    def _attach(self, shift: ecs.CfnService.AdvancedConfigurationProperty | None) -> None:
        """Have ECS register the tasks.

        On the service's resource: it was made before its ingress, and the CDK's own way would
        add rules to the tasks' security groups that let those of another stack depend on this one.
        """
        resource = self._service.service.node.default_child
        if not isinstance(resource, ecs.CfnService):
            return
        resource.load_balancers = [
            ecs.CfnService.LoadBalancerProperty(
                container_name=self._service.entrypoint.container_name,
                container_port=self._service.port,
                target_group_arn=self.target_group.target_group_arn,
                advanced_configuration=shift,
            )
        ]
        # ECS refuses target groups that no load balancer uses yet.
        resource.node.add_dependency(self.target_group.load_balancer_attached)
        resource.health_check_grace_period_seconds = self._grace_seconds


def _add_rules(
    scope: Construct,
    listener: elbv2.ApplicationListener,
    *,
    required_header: RequiredHeader | None,
    action: elbv2.ListenerAction,
    public_paths: Sequence[str],
    public_action: elbv2.ListenerAction,
) -> elbv2.ApplicationListenerRule:
    """Let in requests with the header; all others meet the listener's default action.

    Args:
        scope: The construct above the rules.
        listener: The listener.
        required_header: The header of a request that is let in. None: all are.
        action: The action for a request.
        public_paths: Patterns of paths for which that is another.
        public_action: The action for these.

    Returns:
        The rule for all paths that are not public.
    """
    # Room for two values, even while one is accepted: a rotation must not move paths between rules.
    room = _CONDITION_VALUES - (_HEADER_VALUES if required_header else 0)
    let_in = (
        [elbv2.ListenerCondition.http_header(required_header.name, list(required_header.values))]
        if required_header
        else []
    )
    for number, paths in enumerate(_portions(public_paths, room), start=1):
        elbv2.ApplicationListenerRule(
            scope,
            f"PublicRule{number}",
            listener=listener,
            priority=number,
            conditions=[*let_in, elbv2.ListenerCondition.path_patterns(paths)],
            action=public_action,
        )
    return elbv2.ApplicationListenerRule(
        scope,
        "Rule",
        listener=listener,
        # Public paths come and go without moving it.
        priority=_LAST_PRIORITY,
        conditions=let_in or [elbv2.ListenerCondition.path_patterns(["/*"])],
        action=action,
    )


def _portions(paths: Sequence[str], room: int) -> list[list[str]]:
    """Paths in portions that a rule has room for, in their order."""
    portions: list[list[str]] = []
    wildcards = 0
    for path in paths:
        more = 0 if Token.is_unresolved(path) else path.count("*") + path.count("?")
        if not portions or len(portions[-1]) == room or wildcards + more > _WILDCARDS:
            portions.append([])
            wildcards = 0
        portions[-1].append(path)
        wildcards += more
    return portions


def _select_subnets(
    vpc: ec2.IVpc, given: ec2.SubnetSelection | None, *, internal: bool, signs_in: bool
) -> ec2.SubnetSelection:
    """Select one subnet in each zone.

    Args:
        vpc: The VPC.
        given: The caller's choice, if there is one.
        internal: Whether the load balancer has private addresses only.
        signs_in: Whether it talks to Cognito, over IPv4 and the internet.

    Raises:
        ValueError: If there are none, or fewer than two zones ("Application Load Balancers",
            Elastic Load Balancing documentation), or no way to Cognito.
    """
    wanted = given or ec2.SubnetSelection(subnet_type=_subnet_type(vpc, internal=internal))
    selection = ec2.SubnetSelection(
        availability_zones=wanted.availability_zones,
        # Of subnets that are named one by one there is no choice.
        one_per_az=None if wanted.subnets else True,
        subnet_filters=wanted.subnet_filters,
        subnet_group_name=wanted.subnet_group_name,
        subnets=wanted.subnets,
        subnet_type=wanted.subnet_type,
    )
    chosen = vpc.select_subnets(
        availability_zones=selection.availability_zones,
        one_per_az=selection.one_per_az,
        subnet_filters=selection.subnet_filters,
        subnet_group_name=selection.subnet_group_name,
        subnets=selection.subnets,
        subnet_type=selection.subnet_type,
    )
    zones = set(chosen.availability_zones)
    # A list that is known only at deployment is one entry here, whatever it is there.
    known = not any(Token.is_unresolved([zone]) for zone in zones)
    if len(zones) < 2 and known:
        raise ValueError(
            "a load balancer needs subnets in two availability zones, even where the tasks use "
            f"one; got {len(zones)} in the VPC {vpc.node.path}{SHARE_HINT}"
        )
    if internal and signs_in:
        without = {each.subnet_id for each in (*vpc.isolated_subnets, *vpc.public_subnets)}
        if not without.isdisjoint(chosen.subnet_ids):
            raise ValueError(
                "an internal load balancer that signs visitors in needs private subnets with a NAT "
                "gateway: it calls Cognito over the internet; use NetworkProfile.PRIVATE, or a "
                "load balancer on the internet"
            )
    return selection


def _subnet_type(vpc: ec2.IVpc, *, internal: bool) -> ec2.SubnetType:
    if not internal:
        if not vpc.public_subnets:
            raise ValueError(
                "a load balancer on the internet needs public subnets, and the VPC has none; give "
                f"it some, or use a VPC origin{SHARE_HINT}"
            )
        return ec2.SubnetType.PUBLIC
    if vpc.private_subnets:
        return ec2.SubnetType.PRIVATE_WITH_EGRESS
    if vpc.isolated_subnets:
        return ec2.SubnetType.PRIVATE_ISOLATED
    raise ValueError(
        "a VPC origin needs a load balancer in private subnets, and the VPC has none (Restrict "
        f"access with VPC origins, Amazon CloudFront Developer Guide){SHARE_HINT}"
    )


def _make_security_group(
    scope: Construct,
    *,
    vpc: ec2.IVpc,
    port: int,
    source: SourceRule,
    tasks: Sequence[ec2.ISecurityGroup],
    task_ports: Sequence[int],
    signs_in: bool,
) -> ec2.ISecurityGroup:
    """Make the security group of a load balancer, with every rule that it will ever have.

    Another port is another group: the load balancer in front of it is another one, too, and the old
    group serves until that is gone.

    The rules stand in the group itself: a group without inline rules is created with one that lets
    everything out ("AWS::EC2::SecurityGroup", CloudFormation), and the CDK would add rules as
    resources of their own. What is returned takes no more rules, so that nothing can open it. The
    groups of the tasks each get their rule too.

    CloudFront's prefix list counts as 55 of the 60 rules that a group may have ("AWS-managed prefix
    lists", Amazon VPC User Guide): there is room for one port.

    Args:
        scope: The construct above it.
        vpc: Its VPC.
        port: The port of the listener.
        source: The only addresses that may connect to it.
        tasks: The groups of the tasks.
        task_ports: The ports of theirs that are called.
        signs_in: Whether the load balancer talks to Cognito.
    """
    group = ec2.SecurityGroup(
        scope,
        f"SecurityGroup{port}",
        vpc=vpc,
        description=f"Load balancer that takes requests from {source.description}",
        allow_all_outbound=False,
    )
    resource = group.node.default_child
    if isinstance(resource, ec2.CfnSecurityGroup):
        resource.security_group_ingress = [
            ec2.CfnSecurityGroup.IngressProperty(
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                source_prefix_list_id=source.prefix_list_id,
                cidr_ip=source.cidr_ip,
                description=source.description,
            )
        ]
        resource.security_group_egress = [
            *(
                ec2.CfnSecurityGroup.EgressProperty(
                    ip_protocol="tcp",
                    # What a task takes is the task's to say, the old port beside a new one too.
                    from_port=0,
                    to_port=65535,
                    destination_security_group_id=task.security_group_id,
                    description="To the tasks",
                )
                for task in tasks
            ),
            *([_COGNITO] if signs_in else []),
        ]
    for task in tasks:
        for task_port in task_ports:
            task.add_ingress_rule(
                group,
                ec2.Port.tcp(task_port),
                "The load balancer",
                # A group of another stack must not come to depend on this one.
                remote_rule=True,
            )
    return ec2.SecurityGroup.from_security_group_id(
        scope, "ClosedSecurityGroup", group.security_group_id, mutable=False
    )


def _log_access(
    scope: Construct,
    load_balancer: elbv2.ApplicationLoadBalancer,
    *,
    expiration: Duration,
    removal_policy: RemovalPolicy,
) -> s3.Bucket:
    """Make a bucket, and a load balancer write its access log there.

    The CDK's own way looks the region's account up when it synthesises, and so needs a region. Only
    load balancers of this account may write there, by the path: the policy of "Enable access logs
    for your Application Load Balancer", Elastic Load Balancing documentation, has no condition, and
    reports differ on whether a request to write carries aws:SourceArn at all.

    Args:
        scope: The construct above the bucket.
        load_balancer: The load balancer that writes to it.
        expiration: The time for which lines are kept, in whole days.
        removal_policy: The removal policy of the bucket when the stack is deleted; CloudFormation
            deletes it only when it is empty.
    """
    bucket = make_log_bucket(
        scope,
        ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        expiration=expiration,
        removal_policy=removal_policy,
    )
    stack = Stack.of(scope)
    bucket.add_to_resource_policy(
        iam.PolicyStatement(
            sid="AccessLogsOfThisAccount",
            principals=[iam.ServicePrincipal(_DELIVERY)],
            actions=["s3:PutObject"],
            # Load balancers of other accounts write below their own number.
            resources=[bucket.arn_for_objects(f"AWSLogs/{stack.account}/*")],
        )
    )
    load_balancer.set_attribute("access_logs.s3.enabled", "true")
    load_balancer.set_attribute("access_logs.s3.bucket", bucket.bucket_name)
    # It writes a test file when the attributes are set.
    if bucket.policy is not None:
        load_balancer.node.add_dependency(bucket.policy)
    return bucket
