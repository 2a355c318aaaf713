import pytest
from aws_cdk import App, CfnParameter, Stack
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_route53 as route53
from aws_cdk.assertions import Template

from serverless_containers.ingress.cloudfront.domain_name import parse_domain_names
from serverless_containers.ingress.cloudfront.records import (
    SiteRecords,
    records_to_create,
    zone_name_of,
)

TARGET = "d111111abcdef8.cloudfront.net"


@pytest.fixture
def stack():
    return Stack(App(), "Site")


def zone_in(stack, name="example.com"):
    return route53.HostedZone.from_hosted_zone_attributes(
        stack, "Zone", hosted_zone_id="Z123", zone_name=name
    )


def records(stack, names, zone_name="example.com"):
    zone = zone_in(stack, zone_name)
    SiteRecords(
        stack,
        "Records",
        domain=parse_domain_names(names, zone_name=zone_name_of(zone)),
        hosted_zone=zone,
        distribution=cloudfront.Distribution.from_distribution_attributes(
            stack, "Distribution", distribution_id="E1", domain_name=TARGET
        ),
    )
    return Template.from_stack(stack).find_resources("AWS::Route53::RecordSet")


class TestZone:
    def test_each_name_leads_there_over_both_versions_of_ip(self, stack):
        made = records(stack, ["example.com", "www.example.com"])
        assert {
            (each["Properties"]["Name"], each["Properties"]["Type"]) for each in made.values()
        } == {
            ("example.com.", "A"),
            ("example.com.", "AAAA"),
            ("www.example.com.", "A"),
            ("www.example.com.", "AAAA"),
        }
        for each in made.values():
            assert each["Properties"]["HostedZoneId"] == "Z123"
            assert each["Properties"]["AliasTarget"]["DNSName"] == TARGET

    def test_a_name_in_another_script_is_written_in_ascii(self, stack):
        made = records(stack, ["www.münchen.example"], "xn--mnchen-3ya.example")
        assert {each["Properties"]["Name"] for each in made.values()} == {
            "www.xn--mnchen-3ya.example."
        }

    def test_another_order_of_the_names_replaces_none(self):
        first = records(Stack(App(), "Site"), ["example.com", "www.example.com"])
        second = records(Stack(App(), "Site"), ["www.example.com", "example.com"])
        assert first == second

    def test_a_token_is_not_taken_for_a_name_below_the_zone(self, stack):
        name = CfnParameter(stack, "Name").value_as_string
        for each in records(stack, [name]).values():
            assert each["Properties"]["Name"] == {"Fn::Join": ["", [{"Ref": "Name"}, "."]]}

    def test_a_zone_without_a_name_says_how_to_import_it(self, stack):
        zone = route53.HostedZone.from_hosted_zone_id(stack, "Zone", "Z123")
        with pytest.raises(
            ValueError,
            match=r"'Site/Zone' has no name; import it with HostedZone.from_hosted_zone_att",
        ):
            zone_name_of(zone)


class TestElsewhere:
    def test_the_records_to_create_are_told_by_name(self):
        domain = parse_domain_names(["www.example.com", "shop.example.com"])
        assert records_to_create(domain, TARGET) == {
            "www.example.com": ("CNAME", TARGET),
            "shop.example.com": ("CNAME", TARGET),
        }

    def test_at_the_top_of_a_zone_no_cname_is_asked_for(self):
        found = records_to_create(parse_domain_names(["example.com", "www.example.com"]), TARGET)
        assert found["example.com"].type == "ALIAS or ANAME"
        assert found["www.example.com"].type == "CNAME"
