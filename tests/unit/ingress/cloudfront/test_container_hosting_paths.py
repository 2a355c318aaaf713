"""No way into the load balancer or the tasks avoids CloudFront: the whole template is walked."""

import copy

import pytest
from aws_cdk import Duration

from serverless_containers import NetworkProfile, Rollout, SignIn, TargetHealthCheck
from tests.unit.workload.deployed import MIRRORED
from tests.unit.workload.paths import Paths
from tests.unit.workload.sites import NAMED, host, host_in
from tests.unit.workload.surroundings import ISOLATED, NAT, PUBLIC, make_vpc

VOLUME = f"""
    services: {{web: {{image: "{MIRRORED}", ports: ["80", "9090"], volumes: ["data:/data"]}}}}
    volumes: {{data: {{}}}}
    """
FORMS = {
    "prefix list": NAMED,
    "VPC origin": {},
    "VPC origin with HTTPS": {**NAMED, "vpc_origin": True},
}


@pytest.fixture(params=FORMS)
def form(request):
    return FORMS[request.param]


def template(project, **props):
    return host(project, **props).template.to_json()


@pytest.mark.parametrize("high_availability", [False, True])
@pytest.mark.parametrize("profile", NetworkProfile)
def test_in_every_network_that_is_made(project, form, profile, high_availability):
    deployed = host(
        project, VOLUME, network_profile=profile, high_availability=high_availability, **form
    )
    paths = Paths(deployed.template.to_json())
    assert paths.complaints() == []
    assert paths.internal == (form is not NAMED)
    # AND a load balancer spans two zones even where its tasks use one
    zones = 3 if high_availability else 1
    assert len(set(paths.zones(paths.task_subnets))) == len(paths.task_subnets) == zones
    assert len(set(paths.zones(paths.load_balancer_subnets))) == max(zones, 2)
    gateways = zones if profile is NetworkProfile.PRIVATE else 0
    deployed.template.resource_count_is("AWS::EC2::NatGateway", gateways)
    # AND tasks are reachable from the internet only by address, and only where that was chosen
    public = profile is NetworkProfile.PUBLIC
    assert bool(paths.on_the_internet(paths.task_subnets)) == public
    assert (deployed.network()["AssignPublicIp"] == "ENABLED") == public
    assert bool(paths.on_the_internet(paths.load_balancer_subnets)) == (not paths.internal)


@pytest.mark.parametrize("kinds", [(PUBLIC, NAT), (PUBLIC, ISOLATED), (PUBLIC, NAT, ISOLATED)])
def test_in_a_given_vpc(project, form, kinds):
    deployed = host(project, vpc=lambda stack: make_vpc(stack, *kinds), **form)
    paths = Paths(deployed.template.to_json())
    assert paths.complaints() == []
    assert len(set(paths.zones(paths.load_balancer_subnets))) == 2


def test_the_nat_gateway_of_tasks_in_one_zone_is_in_that_zone(project):
    found = template(project, network_profile=NetworkProfile.PRIVATE)
    (gateway,) = [
        each["Properties"]
        for each in found["Resources"].values()
        if each["Type"] == "AWS::EC2::NatGateway"
    ]
    paths = Paths(found)
    assert paths.zones([gateway["SubnetId"]["Ref"]]) == paths.zones(paths.task_subnets)


@pytest.mark.parametrize(
    "props",
    [
        {**NAMED, "origin_secret_generation": 2},
        {**NAMED, "health_check": TargetHealthCheck(path="/up", port=9090)},
        {**NAMED, "static_paths": ["/assets/*"], "error_pages": {503: "/sorry.html"}},
        {"rollout": Rollout.blue_green(bake_time=Duration.minutes(1))},
    ],
)
def test_with_what_else_changes_a_rule(project, props):
    assert Paths(template(project, text=VOLUME, **props)).complaints() == []


@pytest.mark.parametrize("internal", [False, True])
def test_public_paths_of_a_site_with_sign_in_are_as_closed_as_the_others(project, internal):
    found = template(
        project,
        sign_in=SignIn.cognito(public_paths=[f"/{letter}/*" for letter in "abcdefgh"]),
        vpc_origin=internal,
        network_profile=NetworkProfile.PRIVATE,
        **NAMED,
    )
    paths = Paths(found)
    assert paths.complaints(signs_in=True) == []
    # AND what is not public takes a sign-in first
    rules = [
        each["Properties"]
        for each in found["Resources"].values()
        if each["Type"] == "AWS::ElasticLoadBalancingV2::ListenerRule"
    ]
    assert len(rules) >= 3
    for rule in rules:
        first, *_ = sorted(rule["Actions"], key=lambda action: action.get("Order", 1))
        public = any(
            each["Field"] == "path-pattern" and each["PathPatternConfig"]["Values"] != ["/*"]
            for each in rule["Conditions"]
        )
        assert first["Type"] == ("forward" if public else "authenticate-cognito")


@pytest.fixture(scope="module")
def templates(tmp_path_factory):
    """By whether there is a VPC origin."""
    folder = tmp_path_factory.mktemp("sample")
    return {
        internal: host_in(folder, **({} if internal else NAMED)).template.to_json()
        for internal in (False, True)
    }


class TestTheWalkItself:
    """A template that was tampered with is complained of."""

    def of(self, found, kind, having=""):
        return next(
            each["Properties"]
            for name, each in found["Resources"].items()
            if each["Type"] == kind and having in name
        )

    @pytest.mark.parametrize("internal", [False, True])
    def test_as_it_is_there_is_nothing(self, templates, internal):
        assert Paths(templates[internal]).complaints() == []

    @pytest.mark.parametrize(
        "case",
        [
            (
                False, "AWS::EC2::SecurityGroup", "Ingress",
                {"SecurityGroupIngress": [{"CidrIp": "0.0.0.0/0", "IpProtocol": "tcp",
                                           "FromPort": 443, "ToPort": 443}]},
                "ingress of FrontIngress",
            ),
            (
                True, "AWS::EC2::SecurityGroup", "Containers",
                {"SecurityGroupIngress": [{"CidrIp": "10.0.0.0/8", "IpProtocol": "tcp",
                                           "FromPort": 80, "ToPort": 80}]},
                "ingress of FrontContainers",
            ),
            (
                False, "AWS::EC2::SecurityGroup", "Ingress",
                {"SecurityGroupIngress": [{"SourcePrefixListId": "pl-1234", "IpProtocol": "tcp",
                                           "FromPort": 443, "ToPort": 443}]},
                "ingress of FrontIngress",
            ),
            (True, "AWS::EC2::SecurityGroupIngress", "", {"ToPort": 90}, "ingress of FrontCont"),
            (True, "AWS::EC2::SecurityGroupIngress", "", {"IpProtocol": "-1"}, "ingress of Front"),
            (
                True, "AWS::EC2::SecurityGroup", "Ingress",
                {"SecurityGroupEgress": [{"CidrIp": "0.0.0.0/0", "IpProtocol": "-1"}]},
                "egress of FrontIngress",
            ),
            (
                True, "AWS::ElasticLoadBalancingV2::Listener", "",
                {"DefaultActions": [{"Type": "forward"}]}, "default action",
            ),
            (
                False, "AWS::ElasticLoadBalancingV2::Listener", "", {"Protocol": "HTTP"},
                "on the internet without TLS",
            ),
            (
                False, "AWS::ElasticLoadBalancingV2::ListenerRule", "", {"Conditions": []},
                "lets in what carries no secret",
            ),
            (
                False, "AWS::ElasticLoadBalancingV2::ListenerRule", "",
                {"Conditions": [{"Field": "http-header", "HttpHeaderConfig": {"Values": ["a"]}}]},
                "asks for no dynamic reference",
            ),
            (
                True, "AWS::ElasticLoadBalancingV2::LoadBalancer", "",
                {"Scheme": "internet-facing"}, "is of the other kind",
            ),
            (
                True, "AWS::EC2::SubnetRouteTableAssociation", "PrivateSubnet1",
                {"SubnetId": {"Ref": "Other"}}, "is on the internet",
            ),
            (
                True, "AWS::EC2::Route", "",
                {"RouteTableId": {"Ref": "TABLE"}}, "is on the internet",
            ),
        ],
    )  # fmt: skip
    def test_a_change_is_seen(self, templates, case):
        internal, kind, having, changes, complaint = case
        found = copy.deepcopy(templates[internal])
        if "TABLE" in str(changes):
            table = next(name for name in found["Resources"] if "PrivateSubnet1RouteTable" in name)
            changes = {"RouteTableId": {"Ref": table}}
        self.of(found, kind, having).update(changes)
        assert complaint in " ".join(Paths(found).complaints())

    @pytest.mark.parametrize(
        "kind",
        ["AWS::EC2::VPCPeeringConnection", "AWS::ElasticLoadBalancingV2::ListenerCertificate"],
    )
    def test_a_type_that_it_does_not_know_is_one_too_many(self, templates, kind):
        found = copy.deepcopy(templates[True])
        found["Resources"]["Other"] = {"Type": kind, "Properties": {}}
        (complaint,) = Paths(found).complaints()
        assert kind in complaint
