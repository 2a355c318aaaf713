"""Domains, zones, certificates and regions, as a site has them together."""

import re

import pytest
from aws_cdk import Environment, Stack
from aws_cdk.assertions import Annotations, Match, Template

from serverless_containers import Firewall, SignIn
from tests.unit.workload.sites import (
    ACCOUNT,
    IRELAND,
    NAMED,
    REGIONAL,
    VIEWER,
    VIRGINIA,
    certificate,
    host,
    zone,
)

CERTIFICATE = "AWS::CertificateManager::Certificate"
RECORD = "AWS::Route53::RecordSet"
AGNOSTIC = None


def support(deployed):
    """The stack in us-east-1, and its template."""
    (stack,) = (each for each in deployed.app.node.children if each.node.id.startswith("Test-edge"))
    assert isinstance(stack, Stack)
    return stack, Template.from_stack(stack)


def stacks(deployed):
    return [each.node.id for each in deployed.app.node.children if isinstance(each, Stack)]


def distribution(deployed):
    return deployed.only("AWS::CloudFront::Distribution")["DistributionConfig"]


def warnings(stack):
    found = Annotations.from_stack(stack).find_warning("*", Match.any_value())
    return [each.entry.data for each in found]


class TestWithoutADomain:
    @pytest.mark.parametrize("env", [AGNOSTIC, IRELAND, VIRGINIA])
    def test_a_site_has_cloudfronts_name_and_no_certificate(self, project, env):
        deployed = host(project, env=env)
        deployed.template.resource_count_is(CERTIFICATE, 0)
        config = distribution(deployed)
        assert "Aliases" not in config
        assert "ViewerCertificate" not in config
        url = deployed.stack.resolve(deployed.ingress.url)
        assert url["Fn::Join"][1][0] == "https://"
        assert url["Fn::Join"][1][1]["Fn::GetAtt"][1] == "DomainName"
        assert deployed.ingress.records_to_create == {}
        assert stacks(deployed) == ["Test"]

    @pytest.mark.parametrize(
        ("props", "message"),
        [
            ({"hosted_zone": zone()}, "hosted_zone is given, and no domain_names"),
            ({"certificate": certificate(VIEWER)}, "a certificate is given, and no domain names"),
            (
                {"load_balancer_certificate": certificate(REGIONAL)},
                "a certificate is given, and no domain names",
            ),
            ({"sign_in": SignIn.cognito()}, "sign-in needs a certificate: .*; give a domain name"),
            ({"vpc_origin": False}, "on the internet needs a certificate: .*give a domain name"),
        ],
    )
    def test_what_takes_one_is_refused(self, project, props, message):
        with pytest.raises(ValueError, match=message):
            host(project, **props)


class TestWithAZone:
    def test_in_us_east_1_one_certificate_serves_both_and_there_is_no_other_stack(self, project):
        deployed = host(project, env=VIRGINIA, domain_names="www.example.com", hosted_zone=zone())
        made = deployed.only(CERTIFICATE)
        assert made["DomainName"] == "www.example.com"
        (validation,) = made["DomainValidationOptions"]
        assert validation["HostedZoneId"] == "Z0123456789ABC"
        (name,) = deployed.template.find_resources(CERTIFICATE)
        assert distribution(deployed)["ViewerCertificate"]["AcmCertificateArn"] == {"Ref": name}
        listener = deployed.only("AWS::ElasticLoadBalancingV2::Listener")
        assert listener["Certificates"] == [{"CertificateArn": {"Ref": name}}]
        assert stacks(deployed) == ["Test"]
        assert warnings(deployed.stack) == []

    def test_elsewhere_a_support_stack_comes_first_and_hands_its_certificate_over(self, project):
        deployed = host(project, domain_names="www.example.com", hosted_zone=zone())
        stack, template = support(deployed)
        assert (stack.region, stack.account) == ("us-east-1", ACCOUNT)
        assert stack in deployed.stack.dependencies
        # THEN the reference is to an output of that stack, in that region
        reference = distribution(deployed)["ViewerCertificate"]["AcmCertificateArn"]
        (arguments,) = reference.values()
        assert list(reference) == ["Fn::GetStackOutput"]
        assert arguments["StackName"] == stack.stack_name
        assert re.fullmatch("Test-edge-eu-west-1-[0-9a-f]{8}", stack.stack_name)
        assert arguments["Region"] == "us-east-1"
        output = template.to_json()["Outputs"][arguments["OutputName"]]
        (made,) = template.find_resources(CERTIFICATE)
        assert output["Value"] == {"Ref": made}
        # AND the load balancer has one of its own region
        (regional,) = deployed.template.find_resources(CERTIFICATE)
        listener = deployed.only("AWS::ElasticLoadBalancingV2::Listener")
        assert listener["Certificates"] == [{"CertificateArn": {"Ref": regional}}]

    def test_other_names_are_another_output(self, project):
        outputs = [
            set(
                support(host(project, domain_names=names, hosted_zone=zone()))[1].to_json()[
                    "Outputs"
                ]
            )
            for names in ("www.example.com", ["www.example.com", "example.com"])
        ]
        assert not outputs[0] & outputs[1]

    def test_each_name_gets_its_records(self, project):
        names = ["example.com", "www.example.com", "Shop.Example.com."]
        deployed = host(project, domain_names=names, hosted_zone=zone())
        read = ["example.com", "www.example.com", "shop.example.com"]
        records = deployed.resources(RECORD)
        assert {(each["Name"], each["Type"]) for each in records} == {
            (f"{name}.", kind) for name in read for kind in ("A", "AAAA")
        }
        assert all("AliasTarget" in each for each in records)
        assert distribution(deployed)["Aliases"] == read
        for template in (deployed.template, support(deployed)[1]):
            (made,) = template.find_resources(CERTIFICATE).values()
            assert made["Properties"]["DomainName"] == "example.com"
            assert made["Properties"]["SubjectAlternativeNames"] == read[1:]
        assert deployed.ingress.url == "https://example.com"
        assert deployed.ingress.records_to_create == {}

    @pytest.mark.parametrize("name", ["www.example.org", "badexample.com"])
    def test_a_zone_that_does_not_match_is_refused(self, project, name):
        with pytest.raises(ValueError, match=f"{name!r} is not in the hosted zone 'example.com'"):
            host(project, domain_names=name, hosted_zone=zone())


class TestWithoutAZone:
    def test_the_records_to_create_are_told_and_so_is_the_wait(self, project):
        deployed = host(project, domain_names=["example.com", "www.example.com"])
        deployed.template.resource_count_is(RECORD, 0)
        records = deployed.ingress.records_to_create
        assert {name: each.type for name, each in records.items()} == {
            "example.com": "ALIAS or ANAME",
            "www.example.com": "CNAME",
        }
        for each in records.values():
            assert deployed.stack.resolve(each.target)["Fn::GetAtt"][1] == "DomainName"
        for stack in (deployed.stack, support(deployed)[0]):
            (warning,) = warnings(stack)
            assert "the certificate of example.com waits until its validation record" in warning

    def test_with_certificates_there_is_nothing_to_wait_for(self, project):
        deployed = host(project, **NAMED)
        deployed.template.resource_count_is(CERTIFICATE, 0)
        assert warnings(deployed.stack) == []
        assert list(deployed.ingress.records_to_create) == ["www.example.com"]


class TestNames:
    @pytest.mark.parametrize("name", ["*.example.com", ["example.com", "*.example.com"]])
    def test_a_wildcard_is_refused(self, project, name):
        with pytest.raises(ValueError, match=r"'\*\.example\.com' is a wildcard; list the names"):
            host(project, domain_names=name)

    def test_a_name_in_unicode_is_ascii_everywhere(self, project):
        deployed = host(
            project, domain_names="www.bücher.example", hosted_zone=zone("bücher.example")
        )
        assert distribution(deployed)["Aliases"] == ["www.xn--bcher-kva.example"]
        assert deployed.only(CERTIFICATE)["DomainName"] == "www.xn--bcher-kva.example"
        assert {each["Name"] for each in deployed.resources(RECORD)} == {
            "www.xn--bcher-kva.example."
        }
        assert deployed.ingress.url == "https://www.xn--bcher-kva.example"

    def test_visitors_who_sign_in_come_back_to_each_of_them(self, project):
        deployed = host(
            project,
            sign_in=SignIn.cognito(),
            **{**NAMED, "domain_names": ["www.bücher.example", "shop.example"]},
        )
        assert deployed.only("AWS::Cognito::UserPoolClient")["CallbackURLs"] == [
            "https://www.xn--bcher-kva.example/oauth2/idpresponse",
            "https://shop.example/oauth2/idpresponse",
        ]


class TestCertificatesThatAreGiven:
    def test_each_is_used_where_it_belongs(self, project):
        deployed = host(project, **NAMED)
        assert distribution(deployed)["ViewerCertificate"]["AcmCertificateArn"] == VIEWER
        listener = deployed.only("AWS::ElasticLoadBalancingV2::Listener")
        assert listener["Certificates"] == [{"CertificateArn": REGIONAL}]

    @pytest.mark.parametrize(
        ("props", "message"),
        [
            (
                {"certificate": certificate(REGIONAL)},
                "certificate is in eu-west-1, and CloudFront's has to be in us-east-1",
            ),
            (
                {"load_balancer_certificate": certificate(VIEWER)},
                "load_balancer_certificate is in us-east-1, and the load balancer's has to be in "
                "eu-west-1",
            ),
        ],
    )
    def test_one_of_the_wrong_region_is_refused(self, project, props, message):
        with pytest.raises(ValueError, match=message):
            host(project, domain_names="www.example.com", **props)

    def test_in_us_east_1_one_does_for_both(self, project):
        deployed = host(
            project,
            env=VIRGINIA,
            domain_names="www.example.com",
            certificate=certificate(VIEWER),
        )
        deployed.template.resource_count_is(CERTIFICATE, 0)
        listener = deployed.only("AWS::ElasticLoadBalancingV2::Listener")
        assert listener["Certificates"] == [{"CertificateArn": VIEWER}]


class TestRegions:
    @pytest.mark.parametrize(
        ("props", "what"),
        [
            ({"domain_names": "www.example.com"}, "CloudFront's certificate is made in us-east-1"),
            ({"firewall": Firewall()}, "a web ACL for CloudFront is made in us-east-1"),
        ],
    )
    def test_what_is_made_in_us_east_1_takes_a_known_region(self, project, props, what):
        with pytest.raises(ValueError, match=f"{what}, and the region of stack 'Test' is not"):
            host(project, env=AGNOSTIC, **props)

    def test_with_its_certificate_a_site_goes_anywhere(self, project):
        deployed = host(project, env=AGNOSTIC, **NAMED)
        group = next(
            each
            for each in deployed.resources("AWS::EC2::SecurityGroup")
            if "CloudFront" in each["GroupDescription"]
        )
        (rule,) = group["SecurityGroupIngress"]
        table, *_ = rule["SourcePrefixListId"]["Fn::FindInMap"]
        assert deployed.template.to_json()["Mappings"][table]["eu-west-1"] == {"Id": "pl-4fa04526"}

    def test_one_whose_prefix_list_is_not_known_takes_its_id(self, project):
        calgary = Environment(account=ACCOUNT, region="ca-west-1")
        with pytest.raises(ValueError, match=r"prefix list in ca-west-1 .* give prefix_list_id"):
            host(project, env=calgary)

    def test_a_firewall_is_in_the_support_stack_too(self, project):
        deployed = host(project, firewall=Firewall())
        _, template = support(deployed)
        (made,) = template.find_resources("AWS::WAFv2::WebACL")
        (arguments,) = distribution(deployed)["WebACLId"].values()
        output = template.to_json()["Outputs"][arguments["OutputName"]]
        assert output["Value"] == {"Fn::GetAtt": [made, "Arn"]}
        assert arguments["Region"] == "us-east-1"

    def test_two_sites_of_a_stack_share_a_support_stack(self, project):
        deployed = host(project, firewall=Firewall())
        type(deployed.ingress)(deployed.stack, "Other", source=project.path, firewall=Firewall())
        support(deployed)[1].resource_count_is("AWS::WAFv2::WebACL", 2)
        assert stacks(deployed) == ["Test", "Test-edge"]
