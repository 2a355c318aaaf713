import re

import pytest
from aws_cdk import (
    App,
    CfnParameter,
    DefaultStackSynthesizer,
    Environment,
    NestedStack,
    Stack,
    Stage,
    Tags,
)
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_route53 as route53
from aws_cdk.assertions import Annotations, Match, Template
from constructs import Construct

from serverless_containers.ingress.cloudfront.domain_name import parse_domain_names
from serverless_containers.ingress.cloudfront.edge import Edge
from serverless_containers.ingress.cloudfront.firewall import Firewall

IRELAND = Environment(region="eu-west-1")
VIRGINIA = Environment(region="us-east-1")
CERTIFICATE = "AWS::CertificateManager::Certificate"
ACL = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/shop/1234"


def arn(region):
    return f"arn:aws:acm:{region}:123456789012:certificate/1234"


class Site:
    """A stack with an edge in it, whose values are outputs."""

    def __init__(self, env, *, names=("example.com", "www.example.com"), zone="Z123", **props):
        self.app = props.pop("app", None) or App()
        self.stack = props.pop("stack", None) or Stack(self.app, "Site", env=env)
        scope = props.pop("scope", self.stack)
        if isinstance(zone, str):
            zone = route53.HostedZone.from_hosted_zone_attributes(
                scope, "Zone", hosted_zone_id=zone, zone_name="example.com"
            )
        domain = parse_domain_names(names) if names else None
        self.edge = Edge(scope, "Edge", domain=domain, hosted_zone=zone, **props)

    @property
    def support(self):
        """That of the certificate, which is asked for first."""
        return next(iter(self.edge.support_stacks), None)

    def viewer(self):
        return self.stack.resolve(self.edge.certificate.certificate_arn)

    def balancer(self):
        return self.stack.resolve(self.edge.load_balancer_certificate.certificate_arn)

    def acl(self):
        return self.stack.resolve(self.edge.web_acl_arn)


def certificates(stack):
    return list(Template.from_stack(stack).find_resources(CERTIFICATE).values())


def imported(stack, region, name="Given"):
    return acm.Certificate.from_certificate_arn(stack, name, arn(region))


def follow(reference, stack):
    """What a Fn::GetStackOutput leads to in a stack's template."""
    told = reference["Fn::GetStackOutput"]
    assert told["StackName"] == stack.stack_name
    assert told["Region"] == stack.region
    return Template.from_stack(stack).to_json()["Outputs"][told["OutputName"]]["Value"]


class TestInVirginia:
    def test_one_certificate_in_the_one_stack_serves_both(self):
        site = Site(VIRGINIA)
        assert site.support is None
        assert site.viewer() == site.balancer()
        (certificate,) = certificates(site.stack)
        assert certificate["Properties"]["DomainName"] == "example.com"
        assert certificate["Properties"]["SubjectAlternativeNames"] == ["www.example.com"]
        assert [each for each in site.app.node.children if isinstance(each, Stack)] == [site.stack]

    @pytest.mark.parametrize("given", ["certificate", "load_balancer_certificate"])
    def test_a_given_one_serves_both(self, given):
        stack = Stack(App(), "Site", env=VIRGINIA)
        site = Site(None, stack=stack, **{given: imported(stack, "us-east-1")})
        assert site.viewer() == site.balancer() == arn("us-east-1")
        assert certificates(stack) == []

    def test_the_web_acl_is_there_too(self):
        site = Site(VIRGINIA, firewall=Firewall())
        Template.from_stack(site.stack).resource_count_is("AWS::WAFv2::WebACL", 1)
        assert "Fn::GetAtt" in site.acl()


class TestElsewhere:
    def test_cloudfronts_certificate_is_in_a_support_stack_and_the_other_at_home(self):
        site = Site(IRELAND)
        assert site.support.region == "us-east-1"
        (viewer,), (balancer,) = certificates(site.support), certificates(site.stack)
        assert viewer["Properties"]["DomainName"] == balancer["Properties"]["DomainName"]
        assert [
            each["HostedZoneId"] for each in viewer["Properties"]["DomainValidationOptions"]
        ] == [
            "Z123",
            "Z123",
        ]
        assert "Ref" in follow(site.viewer(), site.support)
        assert "Ref" in site.balancer()

    def test_the_support_stack_is_named_for_stack_and_region_and_deploys_first(self):
        site = Site(IRELAND)
        assert re.fullmatch("Site-edge-eu-west-1-[0-9a-f]{8}", site.support.stack_name)
        assert site.support in site.stack.dependencies
        assert site.stack not in site.support.dependencies

    def test_no_lambda_carries_anything_over(self):
        site = Site(IRELAND, firewall=Firewall())
        kinds = {
            resource["Type"]
            for stack in (site.stack, *site.edge.support_stacks)
            for resource in Template.from_stack(stack).to_json()["Resources"].values()
        }
        assert kinds == {
            CERTIFICATE,
            "AWS::WAFv2::WebACL",
            "AWS::WAFv2::LoggingConfiguration",
            "AWS::Logs::LogGroup",
        }

    def test_the_web_acl_is_in_the_support_stack(self):
        site = Site(IRELAND, firewall=Firewall())
        (_, support) = site.edge.support_stacks
        assert support.stack_name == "Site-edge-eu-west-1"
        value = follow(site.acl(), support)
        assert value["Fn::GetAtt"][0] in Template.from_stack(support).find_resources(
            "AWS::WAFv2::WebACL"
        )

    def test_other_names_or_another_zone_leave_the_stack_and_the_output_of_before(self):
        sites = [
            Site(IRELAND),
            Site(IRELAND, names=("example.com",)),
            Site(IRELAND, zone="Z456"),
        ]
        assert len({site.support.stack_name for site in sites}) == 3
        assert len({site.viewer()["Fn::GetStackOutput"]["StackName"] for site in sites}) == 3
        assert Site(IRELAND).support.stack_name == sites[0].support.stack_name

    def test_zones_of_two_stacks_are_two_although_they_look_alike(self):
        names = set()
        for name in ("ZoneA", "ZoneB"):
            app = App()
            zone = route53.PublicHostedZone(
                Stack(app, name, env=IRELAND), "Zone", zone_name="example.com"
            )
            names.add(Site(IRELAND, app=app, zone=zone).support.stack_name)
        assert len(names) == 2

    def test_a_name_that_would_be_too_long_is_shortened(self):
        names = set()
        for end in ("a", "b"):
            app = App()
            stack = Stack(app, "Site", env=IRELAND, stack_name="s" * 126 + end)
            names.add(Site(None, app=app, stack=stack).support.stack_name)
        assert len(names) == 2
        assert {len(name) for name in names} == {128}

    def test_another_firewall_is_in_the_stack_of_before(self):
        names = {
            Site(IRELAND, firewall=Firewall(rate_limit=limit)).edge.support_stacks[-1].stack_name
            for limit in (1000, 2000)
        }
        assert len(names) == 1

    def test_what_is_given_needs_no_support_stack(self):
        stack = Stack(App(), "Site", env=IRELAND)
        site = Site(None, stack=stack, certificate=imported(stack, "us-east-1"), firewall=ACL)
        assert site.support is None
        assert site.viewer() == arn("us-east-1")
        assert site.acl() == ACL
        assert "Ref" in site.balancer()

    def test_the_support_stack_takes_account_tags_and_stage_after_the_stack(self):
        stage = Stage(App(), "prod", env=Environment(account="111111111111", region="eu-west-1"))
        stack = Stack(stage, "Site", tags={"team": "shop"}, termination_protection=True)
        support = Site(None, stack=stack).support
        assert support.account == "111111111111"
        assert support.node.scope is stage
        assert support.stack_name.startswith("prod-Site-edge-eu-west-1-")
        # Or an attempt that failed could not be repeated: the CDK CLI deletes it first.
        assert not support.termination_protection
        assert support.tags.tag_values() == {"team": "shop"}

    def test_a_name_with_no_more_than_64_octets_goes_first(self):
        long = f"{'a' * 60}.example.com"
        site = Site(IRELAND, names=(long, "example.com"))
        for stack in (site.stack, site.support):
            (certificate,) = certificates(stack)
            assert certificate["Properties"]["DomainName"] == "example.com"
            assert certificate["Properties"]["SubjectAlternativeNames"] == [long]

    def test_the_support_stack_is_of_the_same_account(self):
        site = Site(Environment(account="111111111111", region="eu-west-1"))
        assert site.support.account == "111111111111"

    def test_beside_the_outermost_stack_if_stacks_are_nested(self):
        app = App()
        stack = Stack(app, "Site", env=IRELAND)
        nested = NestedStack(stack, "Part")
        site = Site(None, app=app, stack=stack, scope=nested)
        assert site.support.node.scope is app
        assert re.fullmatch("Site-edge-eu-west-1-[0-9a-f]{8}", site.support.stack_name)
        assert "Ref" in follow(nested.resolve(site.edge.certificate.certificate_arn), site.support)


class TestSeveral:
    def test_sites_of_one_stack_share_a_support_stack_and_nothing_in_it(self):
        app = App()
        stack = Stack(app, "Site", env=IRELAND)
        sites = [
            Site(None, app=app, stack=stack, scope=Construct(stack, name), firewall=Firewall())
            for name in ("One", "Two")
        ]
        assert sites[0].edge.support_stacks == sites[1].edge.support_stacks
        assert len(certificates(sites[0].support)) == 2
        assert sites[0].acl() != sites[1].acl()
        groups = Template.from_stack(sites[0].edge.support_stacks[-1]).find_resources(
            "AWS::Logs::LogGroup"
        )
        assert len({each["Properties"]["LogGroupName"] for each in groups.values()}) == 2

    def test_stacks_of_one_name_in_two_regions_have_two_support_stacks(self):
        names = set()
        for region in ("eu-west-1", "eu-central-1"):
            names.add(Site(Environment(region=region)).support.stack_name)
        assert len(names) == 2


class TestZones:
    def test_without_one_the_wait_for_the_validation_is_announced(self):
        site = Site(IRELAND, zone=None)
        for stack in (site.stack, site.support):
            Annotations.from_stack(stack).has_warning(
                "*", Match.string_like_regexp("certificate of example.com waits until")
            )
            (certificate,) = certificates(stack)
            assert certificate["Properties"]["ValidationMethod"] == "DNS"

    def test_with_one_there_is_nothing_to_announce(self):
        Annotations.from_stack(Site(IRELAND).stack).has_no_warning("*", Match.any_value())

    def test_one_of_the_stack_itself_comes_too_late_for_the_support_stack(self):
        stack = Stack(App(), "Site", env=IRELAND)
        zone = route53.PublicHostedZone(stack, "Zone", zone_name="example.com")
        with pytest.raises(ValueError, match="'Site/Zone' is known to the stack of the site alone"):
            Site(None, stack=stack, zone=zone)

    def test_one_of_the_stack_itself_will_do_in_virginia(self):
        stack = Stack(App(), "Site", env=VIRGINIA)
        zone = route53.PublicHostedZone(stack, "Zone", zone_name="example.com")
        Site(None, stack=stack, zone=zone)
        (certificate,) = certificates(stack)
        (option, _) = certificate["Properties"]["DomainValidationOptions"]
        assert "Ref" in option["HostedZoneId"]

    def test_one_of_another_stack_is_found_from_both_regions(self):
        app = App()
        dns = Stack(app, "Dns", env=IRELAND)
        zone = route53.PublicHostedZone(dns, "Zone", zone_name="example.com")
        site = Site(IRELAND, app=app, zone=zone)
        (viewer,) = certificates(site.support)
        (option, _) = viewer["Properties"]["DomainValidationOptions"]
        assert "Ref" in follow(option["HostedZoneId"], dns)
        assert dns in site.support.dependencies

    def test_one_of_a_stack_without_a_region_is_refused(self):
        app = App()
        zone = route53.PublicHostedZone(Stack(app, "Dns"), "Zone", zone_name="example.com")
        with pytest.raises(ValueError, match="'Dns/Zone' is used from another region, and the reg"):
            Site(IRELAND, app=app, zone=zone)


class TestRegions:
    @pytest.mark.parametrize(
        ("given", "where", "message"),
        [
            ("certificate", "eu-west-1",
             "certificate is in eu-west-1, and CloudFront's has to be in us-east-1"),
            ("load_balancer_certificate", "us-east-1",
             "certificate is in us-east-1, and the load balancer's has to be in eu-west-1"),
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("made", [False, True])
    def test_a_certificate_of_the_wrong_region_is_refused_with_both(
        self, given, where, message, made
    ):
        app = App()
        other = Stack(app, "Other", env=Environment(region=where))
        stack = Stack(app, "Site", env=IRELAND)
        certificate = (
            acm.Certificate(other, "Made", domain_name="example.com")
            if made
            else imported(stack, where)
        )
        with pytest.raises(ValueError, match=message):
            Site(None, stack=stack, **{given: certificate})

    def test_a_certificate_made_in_virginia_is_brought_over(self):
        app = App()
        other = Stack(app, "Other", env=VIRGINIA)
        made = acm.Certificate(other, "Made", domain_name="example.com")
        site = Site(IRELAND, app=app, certificate=made)
        assert "Ref" in follow(site.viewer(), other)
        assert other in site.stack.dependencies
        assert site.support is None

    def test_a_literal_arn_of_another_stack_is_taken_as_it_is(self):
        app = App()
        certificate = imported(Stack(app, "Other", env=VIRGINIA), "us-east-1")
        assert Site(IRELAND, app=app, certificate=certificate).viewer() == arn("us-east-1")

    def test_a_certificate_of_another_stack_in_virginia_is_left_to_the_cdk(self):
        app = App()
        made = acm.Certificate(Stack(app, "Other", env=VIRGINIA), "Made", domain_name="example.com")
        site = Site(VIRGINIA, app=app, certificate=made)
        assert site.edge.certificate is made

    def test_the_arn_of_a_certificate_may_be_a_token(self):
        stack = Stack(App(), "Site", env=IRELAND)
        parameter = CfnParameter(stack, "Arn").value_as_string
        site = Site(
            None,
            stack=stack,
            certificate=acm.Certificate.from_certificate_arn(stack, "Given", parameter),
        )
        assert site.viewer() == {"Ref": "Arn"}

    @pytest.mark.parametrize(
        ("props", "message"),
        [
            ({}, "CloudFront's certificate is made in us-east-1, and the region of stack 'Site' is "
                 r"not known; give the stack env=Environment\(region=…\), or the certificate"),
            ({"names": None, "firewall": Firewall()}, "a web ACL for CloudFront is made in us"),
        ],
    )  # fmt: skip
    def test_a_stack_without_a_region_is_told_what_to_do(self, props, message):
        with pytest.raises(ValueError, match=message):
            Site(None, **props)

    def test_a_stack_without_a_region_may_be_given_everything(self):
        stack = Stack(App(), "Site")
        site = Site(None, stack=stack, certificate=imported(stack, "us-east-1"), firewall=ACL)
        assert site.viewer() == arn("us-east-1")

    def test_another_partition_is_refused(self):
        with pytest.raises(
            ValueError, match="cn-north-1 cannot reach from its partition; give the"
        ):
            Site(Environment(region="cn-north-1"))


class TestContradictions:
    @pytest.mark.parametrize("given", ["certificate", "load_balancer_certificate"])
    def test_a_certificate_without_names_is_refused(self, given):
        stack = Stack(App(), "Site", env=VIRGINIA)
        with pytest.raises(ValueError, match="a certificate is given, and no domain names"):
            Site(None, stack=stack, names=None, **{given: imported(stack, "us-east-1")})

    @pytest.mark.parametrize(
        "given",
        [
            ACL.replace("us-east-1", "eu-west-1"),
            ACL.replace("global", "regional"),
            "my-acl",
        ],
    )
    def test_a_web_acl_for_something_else_is_refused(self, given):
        with pytest.raises(ValueError, match=f"firewall '{given}' is no web ACL for CloudFront"):
            Site(IRELAND, names=None, firewall=given)

    def test_nothing_asked_for_is_nothing_made(self):
        site = Site(None, names=None)
        assert site.edge.certificate is None
        assert site.edge.load_balancer_certificate is None
        assert site.edge.web_acl_arn is None
        assert Template.from_stack(site.stack).to_json().get("Resources", {}) == {}


class TestSupportStackOfOnesOwn:
    def test_it_is_taken_by_its_id(self):
        app = App()
        own = Stack(app, "Site-edge", env=VIRGINIA, stack_name="mine")
        site = Site(IRELAND, app=app)
        assert site.support is own
        assert own in site.stack.dependencies

    def test_it_takes_all_of_it_and_a_replaced_certificate_stays_until_nothing_uses_it(self):
        outputs = set()
        for names in (("example.com",), ("www.example.com",)):
            app = App()
            own = Stack(app, "Site-edge", env=VIRGINIA)
            site = Site(IRELAND, app=app, names=names, firewall=Firewall())
            assert set(site.edge.support_stacks) == {own}
            (viewer,) = certificates(own)
            assert viewer["UpdateReplacePolicy"] == "Retain"
            assert viewer["DeletionPolicy"] == "Delete"
            outputs.add(site.viewer()["Fn::GetStackOutput"]["OutputName"])
        assert len(outputs) == 2

    def test_it_has_to_be_in_virginia(self):
        app = App()
        Stack(app, "Site-edge", env=IRELAND)
        with pytest.raises(ValueError, match="'Site-edge' has the id of the support stack, and is"):
            Site(IRELAND, app=app)

    def test_a_synthesizer_of_ones_own_needs_it(self):
        app = App()
        stack = Stack(
            app, "Site", env=IRELAND, synthesizer=DefaultStackSynthesizer(qualifier="mine")
        )
        with pytest.raises(ValueError, match="make that stack yourself, before the site: Stack"):
            Site(None, app=app, stack=stack)

    def test_an_apps_synthesizer_is_shared(self):
        app = App(default_stack_synthesizer=DefaultStackSynthesizer(qualifier="mine"))
        template = Template.from_stack(Site(IRELAND, app=app).support).to_json()
        assert (
            template["Parameters"]["BootstrapVersion"]["Default"] == "/cdk-bootstrap/mine/version"
        )


def test_tags_of_the_app_reach_the_support_stack():
    app = App()
    Tags.of(app).add("owner", "shop")
    assert {"Key": "owner", "Value": "shop"} in certificates(Site(IRELAND, app=app).support)[0][
        "Properties"
    ]["Tags"]
