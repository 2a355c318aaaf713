"""The regional half of a site's ingress: a load balancer that answers CloudFront alone."""

from collections.abc import Sequence

from aws_cdk import Duration, RemovalPolicy, Token, Tokenization
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from constructs import Construct

from serverless_containers.arguments.ranges import whole_seconds
from serverless_containers.ingress.cloudfront.origin_secret import OriginSecret
from serverless_containers.ingress.load_balancer.access_log import log_access
from serverless_containers.ingress.load_balancer.listener_rules import add_rules
from serverless_containers.ingress.load_balancer.origin_access import (
    cloudfront_prefix_list,
    make_security_group,
)
from serverless_containers.ingress.load_balancer.rollout import Rollout, roll_back_on, shift_traffic
from serverless_containers.ingress.load_balancer.rollout_alarms import rollout_alarms
from serverless_containers.ingress.load_balancer.sign_in import BoundSignIn, SignIn
from serverless_containers.ingress.load_balancer.subnets import load_balancer_subnets
from serverless_containers.ingress.load_balancer.target_group import (
    TargetOptions,
    make_target_group,
)
from serverless_containers.ingress.load_balancer.target_health import TargetHealthCheck
from serverless_containers.ingress.untagged import keep_untagged
from serverless_containers.workload.service import ContainerService
from serverless_containers.workload.service_checks import check_rollout

_TLS_POLICY = elbv2.SslPolicy.TLS13_12_RES_PQ
"""TLS 1.3 and 1.2 with forward secrecy: what AWS recommends ("Security policies for your
Application Load Balancer"). CloudFront offers its origins 1.2."""
_IDLE_MARGIN = 5
_DEFAULT_IDLE = 60
_LONGEST_ORIGIN_TIMEOUT = 120
_ATTRIBUTES = "LoadBalancerAttribute, Elastic Load Balancing API Reference"


class LoadBalancerIngress(Construct):
    """An Application Load Balancer in front of a service, which only CloudFront can reach.

    Its security group lets in the addresses from which CloudFront calls origins. Those serve every
    distribution in the world, so that a request to a load balancer on the internet also has to
    carry the origin secret. An internal one can be reached only through VPC origins of its own
    account. All other requests get a plain 403.

    Args:
        service: What requests are sent to.
        certificate: Its certificate, in its region. Default: none, and the listener speaks HTTP,
            which only an internal load balancer may.
        internal: Whether it has private addresses only, for a VPC origin.
        origin_secret: What a request has to carry.
        sign_in: How visitors sign in. Default: they do not.
        site_names: The names under which visitors call the site, for ``sign_in``.
        rollout: How a new version replaces the old one. Default: `Rollout.rolling`.
        health_check: How it finds out whether a task can take requests.
        target: How requests are shared out among tasks.
        subnets: Its subnets, in two zones or more. Default: public ones, one in each zone; private
            or isolated ones if it is internal.
        prefix_list_id: CloudFront's prefix list in the region. Default: from a table.
        origin_timeout: The longer of the times for which CloudFront waits for an answer and keeps a
            connection open. Default: 30 seconds.
        idle_timeout: For how long a connection may be silent; longer than ``origin_timeout``, at
            most 4000 seconds. Default: 60 seconds, or 5 more than ``origin_timeout``.
        deletion_protection: Whether it can be deleted only after that was turned off.
        log_expiration: How long its access log is kept. Default: 30 days.
        removal_policy: What becomes of the access log when the stack is deleted.

    Raises:
        ValueError: If arguments contradict each other, or something is out of its range.

    Attributes:
        load_balancer: The load balancer.
        listener: Its only listener.
        port: The listener's port, 443 or 80.
        target_group: The target group of the tasks.
        sign_in: What sign-in has put into the site, if visitors sign in.
        access_logs: The bucket of the access log.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        service: ContainerService,
        certificate: acm.ICertificate | None = None,
        internal: bool = False,
        origin_secret: OriginSecret | None = None,
        sign_in: SignIn | None = None,
        site_names: Sequence[str] = (),
        rollout: Rollout | None = None,
        health_check: TargetHealthCheck | None = None,
        target: TargetOptions | None = None,
        subnets: ec2.SubnetSelection | None = None,
        prefix_list_id: str | None = None,
        origin_timeout: Duration | None = None,
        idle_timeout: Duration | None = None,
        deletion_protection: bool = False,
        log_expiration: Duration | None = None,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
    ) -> None:
        super().__init__(scope, construct_id)
        _check_closed(certificate, origin_secret, internal=internal, signs_in=sign_in is not None)
        rollout = rollout or Rollout.rolling()
        health = health_check or TargetHealthCheck()
        target = target or TargetOptions()
        check_rollout(
            service.plan,
            rollout.strategy.name.lower(),
            shifts_traffic=rollout.shifts_traffic,
        )
        rollout.check(
            origin_secret=origin_secret is not None,
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
            vpc_subnets=load_balancer_subnets(
                service.vpc, subnets, internal=internal, signs_in=sign_in is not None
            ),
            internet_facing=not internal,
            security_group=self._make_security_group(prefix_list_id, health, sign_in),
            drop_invalid_header_fields=True,
            deletion_protection=deletion_protection,
        )
        # As an attribute: the CDK's own argument takes a token for the number that it stands in.
        self.load_balancer.set_attribute(
            "idle_timeout.timeout_seconds",
            Tokenization.stringify_number(
                _idle_seconds(idle_timeout, origin_timeout or Duration.seconds(30))
            ),
        )
        self.access_logs = log_access(
            self,
            self.load_balancer,
            expiration=log_expiration or Duration.days(30),
            removal_policy=removal_policy,
        )
        self.listener = self._add_listener(certificate)
        self.sign_in: BoundSignIn | None = sign_in.bind(self, site_names) if sign_in else None
        # A target group stays with its load balancer, which another scheme replaces.
        scheme = "Internal" if internal else "Public"
        self.target_group = make_target_group(
            self,
            f"{scheme}Targets",
            vpc=service.vpc,
            plan=service.plan,
            options=target,
            health=health,
        )
        alternate = (
            make_target_group(
                self,
                f"Alternate{scheme}Targets",
                vpc=service.vpc,
                plan=service.plan,
                options=target,
                health=health,
            )
            if rollout.shifts_traffic
            else None
        )
        self._route(
            origin_secret,
            alternate,
            public_paths=sign_in.public_paths if sign_in else (),
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
        if (pipeline := service.build_pipeline) is not None:
            pipeline.wait_for_rollout(rollout.minutes)

    def roll_back_on(self, *alarms: cloudwatch.IAlarm) -> None:
        """Make a deployment roll back when one of some alarms goes off.

        For alarms that watch the load balancer itself, and so cannot be given to its `Rollout`.
        """
        self._alarms = (*self._alarms, *alarms)
        roll_back_on(self._service.service, self._alarms, rolling=not self._rollout.shifts_traffic)

    def _make_security_group(
        self, prefix_list_id: str | None, health: TargetHealthCheck, sign_in: SignIn | None
    ) -> ec2.ISecurityGroup:
        port = self._service.port
        return make_security_group(
            self,
            vpc=self._service.vpc,
            port=self.port,
            prefix_list_id=prefix_list_id or cloudfront_prefix_list(self),
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
            # The security group lets in CloudFront, and takes no more rules.
            open=False,
            default_action=elbv2.ListenerAction.fixed_response(
                403, content_type="text/plain", message_body="Forbidden"
            ),
        )

    def _route(
        self,
        secret: OriginSecret | None,
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
        self._service.associate_capacity_after(self.load_balancer)
        rule = add_rules(
            self,
            self.listener,
            secret=secret,
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
                container_name=self._service.plan.entrypoint,
                container_port=self._service.port,
                target_group_arn=self.target_group.target_group_arn,
                advanced_configuration=shift,
            )
        ]
        # ECS refuses target groups that no load balancer uses yet.
        resource.node.add_dependency(self.target_group.load_balancer_attached)
        resource.health_check_grace_period_seconds = self._grace_seconds


def _check_closed(
    certificate: acm.ICertificate | None,
    secret: OriginSecret | None,
    *,
    internal: bool,
    signs_in: bool,
) -> None:
    if certificate is None and not internal:
        raise ValueError(
            "a load balancer on the internet needs a certificate: without one the origin secret "
            "would cross it in the clear; give a domain name, or use a VPC origin"
        )
    if secret is None and not internal:
        raise ValueError(
            "a load balancer on the internet needs an origin_secret: its security group lets in "
            "every distribution of CloudFront, not only this site's"
        )
    if certificate is None and signs_in:
        raise ValueError(
            "sign-in needs a certificate: load balancers sign visitors in over HTTPS alone "
            "(Authenticate users using an Application Load Balancer, Elastic Load Balancing "
            "documentation); give a domain name"
        )


def _idle_seconds(given: Duration | None, origin: Duration) -> float:
    """Longer than CloudFront waits, or it would find its connections closed."""
    waits = origin.to_seconds()
    if given is None:
        longest = _LONGEST_ORIGIN_TIMEOUT if Token.is_unresolved(waits) else waits
        return max(_DEFAULT_IDLE, longest + _IDLE_MARGIN)
    idle = whole_seconds("idle_timeout", given, 1, 4000, source=_ATTRIBUTES)
    known = not Token.is_unresolved(idle) and not Token.is_unresolved(waits)
    if known and idle <= waits:
        raise ValueError(
            f"idle_timeout: expected more than the {waits:g} seconds that CloudFront waits for an "
            f"answer or keeps a connection, got {idle:g}; the load balancer would hang up first"
        )
    return idle
