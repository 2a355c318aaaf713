"""A Compose project as a web site: CloudFront, a load balancer, and the containers behind it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Unpack

from aws_cdk import Duration
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_s3 as s3
from constructs import Construct

from serverless_containers.arguments.keywords import checks_keywords
from serverless_containers.ingress.base import ContainerServiceBase
from serverless_containers.ingress.cloudfront.distribution import SiteDistribution
from serverless_containers.ingress.cloudfront.edge import Edge
from serverless_containers.ingress.cloudfront.firewall import Firewall
from serverless_containers.ingress.cloudfront.origin_load_balancer import OriginLoadBalancer
from serverless_containers.ingress.cloudfront.origin_secret import OriginSecret
from serverless_containers.ingress.cloudfront.origins import (
    check_gateway,
    check_timeouts,
    gateway_attachment,
    load_balancer_origin,
    longest_wait,
    set_unknown_timeouts,
)
from serverless_containers.ingress.cloudfront.paths import check_cached_paths
from serverless_containers.ingress.cloudfront.records import (
    RecordToCreate,
    SiteRecords,
    records_to_create,
    site_domain,
)
from serverless_containers.ingress.cloudfront.viewer_request import guard_paths
from serverless_containers.ingress.load_balancer.rollout import Rollout
from serverless_containers.ingress.load_balancer.sign_in import BoundSignIn, SignIn, warn_of_keys
from serverless_containers.ingress.load_balancer.targets import TargetHealthCheck, TargetOptions
from serverless_containers.workload.project.network import IngressRequirements
from serverless_containers.workload.service.props import ServiceProps


class ContainerHosting(ContainerServiceBase):
    """Runs a folder with a Compose file, or a lone Dockerfile, as a web site behind CloudFront.

    CloudFront forwards to a load balancer, which forwards to tasks; nothing else leads to either.
    By default the load balancer is on the internet and speaks HTTPS: its security group lets in
    CloudFront's addresses alone, and its listener only what carries a secret that this site's
    distribution adds. With a VPC origin it has private addresses, which only distributions of its
    own account can be made to reach.

    Grants to the construct go to the task role, rules of security groups to the tasks' groups.
    """

    @checks_keywords
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        source: str | Path,
        domain_names: str | Sequence[str] | None = None,
        hosted_zone: route53.IHostedZone | None = None,
        certificate: acm.ICertificate | None = None,
        load_balancer_certificate: acm.ICertificate | None = None,
        vpc_origin: bool | None = None,
        origin_secret_generation: int = 1,
        sign_in: SignIn | None = None,
        rollout: Rollout | None = None,
        health_check: TargetHealthCheck | None = None,
        targets: TargetOptions | None = None,
        firewall: Firewall | str | None = None,
        static_paths: Sequence[str] = (),
        cache_policy: cloudfront.ICachePolicy | None = None,
        response_headers_policy: cloudfront.IResponseHeadersPolicy | None = None,
        error_pages: Mapping[int, str] | None = None,
        error_page_ttl: Duration | None = None,
        allowed_countries: Sequence[str] | None = None,
        denied_countries: Sequence[str] | None = None,
        price_class: cloudfront.PriceClass | None = None,
        read_timeout: Duration | None = None,
        keepalive_timeout: Duration | None = None,
        idle_timeout: Duration | None = None,
        load_balancer_subnets: ec2.SubnetSelection | None = None,
        prefix_list_id: str | None = None,
        deletion_protection: bool = False,
        access_logs: bool = True,
        access_log_bucket: s3.IBucket | None = None,
        access_log_expiration: Duration | None = None,
        **props: Unpack[ServiceProps],
    ) -> None:
        """Run a Compose project as a web site behind CloudFront.

        Args:
            scope: The construct above.
            construct_id: Its id there.
            source: The folder with the Compose file or the lone Dockerfile, or the Compose file
                itself.
            domain_names: The site's names, the main one first; in Unicode or as ``xn--``. Default:
                CloudFront's own name for it.
            hosted_zone: The Route 53 zone that the names are in: certificates are validated there,
                and it gets their records. Default: a certificate waits for a record that somebody
                makes, and ``records_to_create`` says which the names need.
            certificate: CloudFront's certificate, of us-east-1. Default: one is made, in a support
                stack where this stack is in another region, which then has to be known.
            load_balancer_certificate: The load balancer's, of this stack's region. Default: one is
                made.
            vpc_origin: Whether CloudFront reaches an internal load balancer through a VPC origin.
                Default: only without ``domain_names``, where no certificate can be had for a load
                balancer on the internet.
            origin_secret_generation: The number of the secret that CloudFront sends, where there is
                no VPC origin. Raise it by one to rotate the secret; see `OriginSecret`. Default: 1.
            sign_in: The sign-in of visitors, which needs ``domain_names``. Default: there is none.
            rollout: The replacement of the old version by a new one. Default: `Rollout.rolling`.
            health_check: The check of whether a task can take requests. Default:
                see `TargetHealthCheck`.
            targets: The options of the target group. Default: see `TargetOptions`.
            firewall: A web ACL before the site, or the ARN of one. Default: none.
            static_paths: Patterns such as ``/assets/*`` that CloudFront caches, as
                `SiteDistribution` says. With ``sign_in`` they have to be among its public paths: a
                cache asks nobody who they are. Default: none.
            cache_policy: The cache policy of all other paths. Default: nothing is cached.
            response_headers_policy: Headers for every answer. Default: AWS's managed security
                headers.
            error_pages: By status, a path that CloudFront shows in its place. Default: none.
            error_page_ttl: The time for which it shows the page before it asks the origin again.
                Default: it asks each time.
            allowed_countries: The only countries served, as ISO 3166-1 codes. Default: all.
            denied_countries: The countries not served. Default: none.
            price_class: The edge locations that serve it. Default: all.
            read_timeout: The time for which CloudFront waits for an answer; 1 to 120 seconds.
                Default: 30.
            keepalive_timeout: The time for which CloudFront keeps an idle connection; 1 to 120
                seconds.
                Default: 5.
            idle_timeout: For how long a connection through the load balancer, such as a WebSocket,
                may be silent; whole seconds, more than both of CloudFront's timeouts, at most 4000.
                A WebSocket on which the containers send nothing for 10 minutes is closed by
                CloudFront ("Quotas on WebSockets", Amazon CloudFront Developer Guide). Default: 60
                seconds, or 5 more than the longer of CloudFront's timeouts.
            load_balancer_subnets: The load balancer's subnets, in two zones or more. Default:
                public ones, private ones with a VPC origin.
            prefix_list_id: The id of CloudFront's prefix list in the region. Default: from a table.
            deletion_protection: Whether the load balancer can be deleted only after that was turned
                off. Default: False.
            access_logs: Whether CloudFront writes an access log. Default: True.
            access_log_bucket: The bucket for it, with ACLs, and not in a region that an account has
                to opt in to. Default: one is made.
            access_log_expiration: The time for which the access logs of CloudFront and of the load
                balancer are kept, in buckets that stay when the stack goes. Default: 30 days.
            **props: The keyword arguments of its service; see `ServiceProps`.

        Raises:
            InvalidSourceError: With every error in the files, if there is one.
            ValueError: If arguments contradict each other, or something is out of its range.
        """
        internal = domain_names is None if vpc_origin is None else vpc_origin
        check_timeouts(read_timeout, keepalive_timeout)
        if internal and origin_secret_generation != 1:
            raise ValueError("origin_secret_generation: a VPC origin has no secret to rotate")
        super().__init__(
            scope,
            construct_id,
            source=source,
            # CloudFront asks for an internet gateway even where nothing passes through it.
            requirements=IngressRequirements(
                zones=2, gateway=True, drains=True, checks_health=True
            ),
            **props,
        )
        self._domain = site_domain(domain_names, hosted_zone)
        if internal:
            check_gateway(self.vpc)
        if sign_in is not None:
            check_cached_paths(
                sign_in.public_paths,
                static_paths,
                error_pages or {},
                caches_others=cache_policy is not None,
            )
        edge = Edge(
            self,
            "Edge",
            domain=self._domain,
            hosted_zone=hosted_zone,
            certificate=certificate,
            load_balancer_certificate=load_balancer_certificate,
            firewall=firewall,
        )
        secret = (
            None
            if internal
            else OriginSecret(self, "OriginSecret", generation=origin_secret_generation)
        )
        placement = self._containers.placement
        self._ingress = OriginLoadBalancer(
            self,
            "Ingress",
            service=self._containers,
            certificate=edge.load_balancer_certificate,
            internal=internal,
            origin_secret=secret,
            sign_in=sign_in,
            site_names=self._domain.names if self._domain else (),
            rollout=rollout,
            health_check=health_check,
            target=targets,
            subnets=load_balancer_subnets
            or (placement.private_subnets if internal else placement.public_subnets),
            prefix_list_id=prefix_list_id,
            origin_timeout=longest_wait(read_timeout, keepalive_timeout),
            idle_timeout=idle_timeout,
            deletion_protection=deletion_protection,
            log_expiration=access_log_expiration,
        )
        self._site = SiteDistribution(
            self,
            "Site",
            origin=load_balancer_origin(
                self,
                self._ingress.load_balancer,
                server_name=self._domain.main if self._domain else None,
                header=(secret.header, secret.sent) if secret else None,
                vpc=internal,
                read_timeout=read_timeout,
                keepalive_timeout=keepalive_timeout,
                ready=gateway_attachment(self.vpc),
            ),
            domain=self._domain,
            certificate=edge.certificate,
            web_acl_arn=edge.web_acl_arn,
            static_paths=static_paths,
            cache_policy=cache_policy,
            response_headers_policy=response_headers_policy,
            error_pages=error_pages,
            error_page_ttl=error_page_ttl,
            allowed_countries=allowed_countries,
            denied_countries=denied_countries,
            price_class=price_class,
            guard=guard_paths(self, "PathGuard") if sign_in else None,
            access_logs=access_logs,
            log_bucket=access_log_bucket,
            log_expiration=None if access_log_bucket else access_log_expiration,
            comment=f"Containers of {self._containers.plan.name}",
        )
        set_unknown_timeouts(
            self.distribution, read=read_timeout, keepalive=keepalive_timeout, vpc=internal
        )
        # A new secret has to be accepted before it is sent, and tasks to be there before requests.
        self._site.node.add_dependency(self._ingress, self.service)
        if sign_in and not placement.reaches_internet:
            warn_of_keys(self)
        self._has_records = bool(self._domain and edge.hosted_zone)
        if self._domain and edge.hosted_zone:
            SiteRecords(
                self,
                "Records",
                domain=self._domain,
                hosted_zone=edge.hosted_zone,
                distribution=self.distribution,
            )
        own = edge.load_balancer_certificate
        self._monitor(
            self._ingress.signals,
            [own] if own else [],
            rolls_back=not self._ingress.watches_itself,
        )
        options = props.get("monitoring")
        if options is not None:
            edge.watch_certificate(options, of=self._containers.plan.name)

    @property
    def url(self) -> str:
        """The site's address, without a slash at its end."""
        return self._site.url

    @property
    def distribution(self) -> cloudfront.Distribution:
        """The CloudFront distribution."""
        return self._site.distribution

    @property
    def load_balancer(self) -> elbv2.ApplicationLoadBalancer:
        """The load balancer behind it."""
        return self._ingress.load_balancer

    @property
    def listener(self) -> elbv2.ApplicationListener:
        """Its listener."""
        return self._ingress.listener

    @property
    def target_group(self) -> elbv2.ApplicationTargetGroup:
        """The tasks, as the load balancer knows them."""
        return self._ingress.target_group

    @property
    def sign_in(self) -> BoundSignIn | None:
        """The parts of sign-in, if visitors sign in."""
        return self._ingress.sign_in

    @property
    def user_pool(self) -> cognito.IUserPool | None:
        """The user pool of those who can sign in, if visitors do."""
        return self.sign_in.user_pool if self.sign_in else None

    @property
    def records_to_create(self) -> Mapping[str, RecordToCreate]:
        """By name, the records that somebody has to make; none where a zone was given."""
        missing = self._domain if not self._has_records else None
        return records_to_create(missing, self._site.domain_name) if missing else {}

    def roll_back_on(self, *alarms: cloudwatch.IAlarm) -> None:
        """Make a deployment roll back when one of some alarms goes off.

        For alarms that watch this site's own load balancer, and so cannot be given to its rollout.
        """
        self._ingress.roll_back_on(*alarms)
