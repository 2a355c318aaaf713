"""ContainerHosting as a whole: what it is told reaches the part that it is for."""

import pytest
from aws_cdk import App, Duration, Environment, Stack
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2

from serverless_containers import (
    ContainerApi,
    ContainerHosting,
    NetworkProfile,
    SignIn,
    Stickiness,
    TargetHealthCheck,
    TargetOptions,
)
from tests.unit.workload.deployed import NGINX
from tests.unit.workload.paths import Paths
from tests.unit.workload.sites import ACCOUNT, NAMED, host, host_in
from tests.unit.workload.surroundings import ISOLATED, NAT, PUBLIC, make_vpc

WEB_ACL = f"arn:aws:wafv2:us-east-1:{ACCOUNT}:global/webacl/site/0123"
POLICY = "658327ea-f89d-4fab-a63d-7e88639e58f6"
"""Managed-CachingOptimized."""


def config(deployed):
    return deployed.only("AWS::CloudFront::Distribution")["DistributionConfig"]


def attributes(deployed, kind, key):
    return {pair["Key"]: pair["Value"] for pair in deployed.only(kind)[key]}


class TestWhatItIsTold:
    @pytest.fixture(scope="class")
    @staticmethod
    def site(tmp_path_factory):
        return host_in(
            tmp_path_factory.mktemp("sample"),
            static_paths=["/assets/*"],
            cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
            response_headers_policy=cloudfront.ResponseHeadersPolicy.CORS_ALLOW_ALL_ORIGINS,
            error_pages={503: "/sorry.html"},
            error_page_ttl=Duration.seconds(9),
            allowed_countries=["de", "AT"],
            price_class=cloudfront.PriceClass.PRICE_CLASS_100,
            firewall=WEB_ACL,
            health_check=TargetHealthCheck(path="/up", grace_period=Duration.seconds(99)),
            targets=TargetOptions(
                stickiness=Stickiness(duration=Duration.hours(1)), slow_start=Duration.seconds(30)
            ),
            idle_timeout=Duration.minutes(9),
            deletion_protection=True,
            access_log_expiration=Duration.days(7),
            prefix_list_id="pl-0123",
        )

    def test_paths_and_what_is_cached(self, site):
        assert config(site)["DefaultCacheBehavior"]["CachePolicyId"] == POLICY
        patterns = [each["PathPattern"] for each in config(site)["CacheBehaviors"]]
        assert patterns == ["/sorry.html", "/assets/*"]

    def test_headers(self, site):
        behaviors = [config(site)["DefaultCacheBehavior"], *config(site)["CacheBehaviors"]]
        policies = {each["ResponseHeadersPolicyId"] for each in behaviors}
        assert policies == {"60669652-455b-4ae9-85a4-c4c02393f86c"}

    def test_error_pages(self, site):
        assert {
            "ErrorCode": 503,
            "ResponseCode": 503,
            "ResponsePagePath": "/sorry.html",
            "ErrorCachingMinTTL": 9,
        } in config(site)["CustomErrorResponses"]

    def test_countries_places_and_firewall(self, site):
        geo = config(site)["Restrictions"]["GeoRestriction"]
        assert geo == {"RestrictionType": "whitelist", "Locations": ["DE", "AT"]}
        assert config(site)["PriceClass"] == "PriceClass_100"
        assert config(site)["WebACLId"] == WEB_ACL

    def test_health_and_targets(self, site):
        group = site.only("AWS::ElasticLoadBalancingV2::TargetGroup")
        assert group["HealthCheckPath"] == "/up"
        found = {pair["Key"]: pair["Value"] for pair in group["TargetGroupAttributes"]}
        assert found["stickiness.lb_cookie.duration_seconds"] == "3600"
        assert found["slow_start.duration_seconds"] == "30"
        assert site.only("AWS::ECS::Service")["HealthCheckGracePeriodSeconds"] == 99

    def test_the_load_balancer(self, site):
        found = attributes(
            site, "AWS::ElasticLoadBalancingV2::LoadBalancer", "LoadBalancerAttributes"
        )
        assert found["deletion_protection.enabled"] == "true"
        assert found["idle_timeout.timeout_seconds"] == "540"
        assert "pl-0123" in str(site.resources("AWS::EC2::SecurityGroup"))

    def test_both_access_logs(self, site):
        buckets = site.resources("AWS::S3::Bucket")
        assert len(buckets) == 2
        for each in buckets:
            (rule,) = each["LifecycleConfiguration"]["Rules"]
            assert rule["ExpirationInDays"] == 7

    def test_denied_countries(self, project):
        geo = config(host(project, denied_countries=["fr"]))["Restrictions"]["GeoRestriction"]
        assert geo == {"RestrictionType": "blacklist", "Locations": ["FR"]}


def test_its_parts_are_the_cdks_own(project):
    ingress = host(project, sign_in=SignIn.cognito(), **NAMED).ingress
    assert isinstance(ingress.distribution, cloudfront.Distribution)
    assert isinstance(ingress.load_balancer, elbv2.ApplicationLoadBalancer)
    assert isinstance(ingress.listener, elbv2.ApplicationListener)
    assert isinstance(ingress.target_group, elbv2.ApplicationTargetGroup)
    assert isinstance(ingress.user_pool, cognito.UserPool)
    assert ingress.sign_in.user_pool is ingress.user_pool


def test_without_sign_in_there_is_no_user_pool(project):
    deployed = host(project)
    assert (deployed.ingress.sign_in, deployed.ingress.user_pool) == (None, None)
    deployed.template.resource_count_is("AWS::Cognito::UserPool", 0)


@pytest.mark.parametrize("given", ["table name", {"domain_name": "a.example"}, {"scailing": 1}])
def test_a_misspelt_keyword_is_refused(project, given):
    props = given if isinstance(given, dict) else {"authorization": given}
    with pytest.raises(TypeError, match="unexpected keyword argument"):
        host(project, **props)


class TestSignIn:
    def site(self, project, *, public=(), **props):
        return host(project, sign_in=SignIn.cognito(public_paths=public), **{**NAMED, **props})

    def test_what_is_cached_has_to_be_public(self, project):
        site = self.site(
            project,
            public=["/assets/*", "/errors/*"],
            static_paths=["/assets/*"],
            error_pages={503: "/errors/503.html"},
        )
        assert len(config(site)["CacheBehaviors"]) == 2

    @pytest.mark.parametrize(
        ("props", "what"),
        [
            ({"static_paths": ["/assets/*"]}, "static_paths: '/assets/*' needs a sign-in"),
            ({"error_pages": {503: "/sorry.html"}}, "error_pages: '/sorry.html' needs a sign-in"),
        ],
    )
    def test_what_is_not_public_is_not_cached(self, project, props, what):
        with pytest.raises(ValueError, match=what.replace("*", r"\*")):
            self.site(project, public=["/static/*"], **props)

    def test_no_other_path_is_cached_either(self, project):
        with pytest.raises(ValueError, match="cache_policy"):
            self.site(project, cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED)

    @pytest.mark.parametrize(
        ("static", "public"),
        [
            ("assets/*", "/assets/*"),
            ("assets/*.js", "/assets/*"),
        ],
    )
    def test_forms_of_a_path_that_cloudfront_takes_are_compared_as_it_reads_them(
        self, project, static, public
    ):
        self.site(project, public=[public], static_paths=[static])

    def test_every_path_is_guarded_before_it_reaches_the_rules(self, project):
        deployed = self.site(project, public=["/assets/*"], static_paths=["/assets/*"])
        config = deployed.only("AWS::CloudFront::Distribution")["DistributionConfig"]
        behaviors = [config["DefaultCacheBehavior"], *config["CacheBehaviors"]]
        assert len(behaviors) == 2
        for behavior in behaviors:
            (function,) = behavior["FunctionAssociations"]
            assert function["EventType"] == "viewer-request"

    def test_a_site_without_sign_in_needs_no_guard(self, project):
        template = host(project, **NAMED).template
        template.resource_count_is("AWS::CloudFront::Function", 0)

    @pytest.mark.parametrize("profile", [NetworkProfile.PUBLIC, NetworkProfile.ENDPOINTS])
    def test_behind_a_vpc_origin_it_takes_a_way_to_cognito(self, project, profile):
        with pytest.raises(ValueError, match="needs private subnets with a NAT gateway"):
            self.site(project, vpc_origin=True, network_profile=profile)

    @pytest.mark.parametrize("profile", NetworkProfile)
    def test_on_the_internet_every_network_has_one(self, project, profile):
        self.site(project, network_profile=profile).template.resource_count_is(
            "AWS::Cognito::UserPoolClient", 1
        )


class TestGivenVpc:
    def test_without_public_subnets_there_is_no_load_balancer_on_the_internet(self, project):
        with pytest.raises(ValueError, match="needs public subnets, and the VPC has none"):
            host(project, vpc=lambda stack: make_vpc(stack, ISOLATED), **NAMED)

    def test_without_private_subnets_there_is_no_vpc_origin(self, project):
        with pytest.raises(ValueError, match="a VPC origin needs a load balancer in private subn"):
            host(project, vpc=lambda stack: make_vpc(stack, PUBLIC))

    def test_one_zone_is_too_few(self, project):
        def vpc(stack):
            return ec2.Vpc(
                stack, "Vpc", max_azs=1, nat_gateways=1, restrict_default_security_group=False
            )

        with pytest.raises(ValueError, match=r"needs subnets in two availability zones, .* got 1"):
            host(project, vpc=vpc)

    def test_the_load_balancers_subnets_can_be_chosen(self, project):
        deployed = host(
            project,
            vpc=lambda stack: make_vpc(stack, PUBLIC, NAT, ISOLATED),
            load_balancer_subnets=ec2.SubnetSelection(subnet_type=ISOLATED),
        )
        paths = Paths(deployed.template.to_json())
        assert all("2Subnet" in each for each in paths.load_balancer_subnets)
        assert all("1Subnet" in each for each in paths.task_subnets)

    def test_a_vpc_origin_takes_an_internet_gateway(self, project):
        with pytest.raises(ValueError, match="internet gateway"):
            host(project, vpc=lambda stack: make_vpc(stack, ISOLATED))


def test_a_vpc_origin_is_made_once_its_vpc_has_a_gateway(project):
    template = host(project).template
    (attached,) = template.find_resources("AWS::EC2::VPCGatewayAttachment")
    (origin,) = template.find_resources("AWS::CloudFront::VpcOrigin").values()
    assert attached in origin.get("DependsOn", [])


def test_a_region_to_opt_in_to_has_sites_too(project):
    milan = Environment(account=ACCOUNT, region="eu-south-1")
    props = {"env": milan, "prefix_list_id": "pl-0123456789abcdef0"}
    with pytest.raises(ValueError, match=r"give access_log_bucket, .* or set access_logs=False"):
        host(project, **props)
    host(project, access_logs=False, **props)


class TestNetworkOfAnotherConstruct:
    @pytest.mark.parametrize("named", [{}, {"domain_names": "www.example.com"}])
    def test_what_it_lacks_is_told_and_what_to_share(self, project, named):
        stack = Stack(App(), "Test", env=Environment(account=ACCOUNT, region="us-east-1"))
        api = ContainerApi(stack, "Api", source=project.compose(NGINX))
        with pytest.raises(ValueError, match=r"got 1 in the VPC Test/Api/.*cluster=ContainerClu"):
            ContainerHosting(stack, "Site", source=project.path, vpc=api.vpc, **named)

    def test_without_public_subnets_it_is_told_too(self, project):
        stack = Stack(App(), "Test")
        api = ContainerApi(
            stack, "Api", source=project.compose(NGINX), network_profile=NetworkProfile.ENDPOINTS
        )
        with pytest.raises(ValueError, match=r"gateway at the VPC.*cluster=ContainerCluster"):
            ContainerHosting(stack, "Site", source=project.path, vpc=api.vpc)
