"""What a change of a site replaces, and what goes on serving meanwhile."""

import pytest
from aws_cdk import App, Environment, Stack
from aws_cdk import aws_route53 as route53
from aws_cdk.assertions import Template

from serverless_containers import ContainerHosting, NetworkProfile, SignIn
from tests.unit.workload.deployed import MIRRORED

IRELAND = Environment(account="123456789012", region="eu-west-1")
PORTS = f"services: {{web: {{image: '{MIRRORED}', ports: ['%s']}}}}"


class Site:
    """The template of a stack with a site in it."""

    def __init__(self, project, *, port=80, env=IRELAND, named=False, zone=None, **props):
        source = project.compose(PORTS % port)
        self.app = App()
        self.stack = Stack(self.app, "Web", env=env)
        if named:
            props |= {"domain_names": "www.example.com", "hosted_zone": zone or self.zone()}
        self.site = ContainerHosting(self.stack, "Site", source=source, **props)
        self.template = Template.from_stack(self.stack)

    def zone(self):
        return route53.HostedZone.from_hosted_zone_attributes(
            self.stack, "Zone", hosted_zone_id="Z1", zone_name="example.com"
        )

    def ids(self, kind):
        return set(self.template.find_resources(kind))

    def resources(self, kind):
        return self.template.find_resources(kind)


TARGETS = "AWS::ElasticLoadBalancingV2::TargetGroup"


def test_a_load_balancer_of_another_scheme_has_target_groups_of_its_own(project):
    # One cannot be moved to the load balancer that replaces its own.
    before, after = Site(project), Site(project, named=True)
    assert before.ids(TARGETS).isdisjoint(after.ids(TARGETS))


def test_a_load_balancer_of_another_port_has_a_security_group_of_its_own(project):
    # Its rules stand in it, and would change under the one that still serves.
    def groups(site):
        return {each for each in site.ids("AWS::EC2::SecurityGroup") if "Ingress" in each}

    assert groups(Site(project)).isdisjoint(groups(Site(project, named=True)))


def test_another_port_of_the_container_replaces_no_target_group(project):
    before, after = (Site(project, port=port) for port in (80, 8081))
    assert before.resources(TARGETS) == after.resources(TARGETS)

    def egress(site):
        return [
            each["Properties"]["SecurityGroupEgress"]
            for name, each in site.resources("AWS::EC2::SecurityGroup").items()
            if "Ingress" in name
        ]

    assert egress(before) == egress(after)


def test_requests_follow_when_tasks_are_there(project):
    site = Site(project)
    (service,) = site.ids("AWS::ECS::Service")
    (distribution,) = site.resources("AWS::CloudFront::Distribution").values()
    assert service in distribution["DependsOn"]


@pytest.mark.parametrize("profile", NetworkProfile)
@pytest.mark.parametrize("named", [True, False])
def test_high_availability_later_moves_no_subnet(project, profile, named):
    def blocks(site):
        return {
            name: each["Properties"]["CidrBlock"]
            for name, each in site.resources("AWS::EC2::Subnet").items()
        }

    before = blocks(Site(project, named=named, network_profile=profile))
    after = blocks(Site(project, named=named, network_profile=profile, high_availability=True))
    assert before.items() <= after.items()
    assert len(set(after.values())) == len(after) > len(before)


def test_a_zone_of_another_region_is_reached_without_a_lambda_function(project):
    source = project.compose(PORTS % 80)
    app = App()
    dns = Stack(app, "Dns", env=Environment(account="123456789012", region="us-east-1"))
    zone = route53.PublicHostedZone(dns, "Zone", zone_name="example.com")
    stack = Stack(app, "Web", env=IRELAND)
    ContainerHosting(stack, "Site", source=source, domain_names="www.example.com", hosted_zone=zone)
    for each in (dns, stack):
        kinds = {
            resource["Type"]
            for resource in Template.from_stack(each).to_json()["Resources"].values()
        }
        assert not {kind for kind in kinds if "Lambda" in kind or kind.startswith("Custom::")}
    records = Template.from_stack(stack).find_resources("AWS::Route53::RecordSet").values()
    for record in records:
        found = record["Properties"]["HostedZoneId"]["Fn::GetStackOutput"]
        assert (found["StackName"], found["Region"]) == ("Dns", "us-east-1")


def test_a_zone_of_another_account_is_refused(project):
    source = project.compose(PORTS % 80)
    app = App()
    dns = Stack(app, "Dns", env=Environment(account="999999999999", region="eu-west-1"))
    zone = route53.PublicHostedZone(dns, "Zone", zone_name="example.com")
    with pytest.raises(ValueError, match=r"is in the account 999999999999, .* make the records th"):
        ContainerHosting(
            Stack(app, "Web", env=IRELAND), "Site", source=source,
            domain_names="www.example.com", hosted_zone=zone,
        )  # fmt: skip


def test_behind_endpoints_nobody_can_check_who_signed_in(project):
    site = Site(
        project, named=True, sign_in=SignIn.cognito(), network_profile=NetworkProfile.ENDPOINTS
    )
    warnings = [
        entry.data
        for each in site.site.node.find_all()
        for entry in each.node.metadata
        if entry.type == "aws:cdk:warning"
    ]
    assert any("cannot check the token in x-amzn-oidc-data" in each for each in warnings)
