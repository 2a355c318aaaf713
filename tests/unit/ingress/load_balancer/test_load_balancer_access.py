"""Nothing but CloudFront reaches the load balancer, and nothing but it the tasks."""

import pytest
from aws_cdk import App, Environment, Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_ec2 as ec2

from serverless_containers.ingress.cloudfront import origin_load_balancer
from serverless_containers.ingress.cloudfront.origin_load_balancer import OriginLoadBalancer
from serverless_containers.ingress.cloudfront.origin_secret import OriginSecret
from serverless_containers.ingress.load_balancer.sign_in import SignIn
from serverless_containers.ingress.load_balancer.targets import TargetHealthCheck
from serverless_containers.workload.project.network import IngressRequirements, NetworkProfile
from serverless_containers.workload.service.service import ProjectService
from tests.unit.ingress.load_balancer.load_balanced import (
    CERTIFICATE,
    ISOLATED,
    NAT,
    NGINX,
    PUBLIC,
    Site,
    private,
)

IRELAND = Environment(account="123456789012", region="eu-west-1")
LIST = "pl-4fa04526"
EVERYWHERE = {"CidrIp": "0.0.0.0/0", "IpProtocol": "-1"}


def group_id(value):
    """The logical id behind a reference to a security group."""
    assert list(value) == ["Fn::GetAtt"], value
    name, attribute = value["Fn::GetAtt"]
    assert attribute == "GroupId"
    return name


def rules(site, direction):
    """Every rule of every group, wherever it stands: (group, rule)."""
    found = [
        (name, rule)
        for name, group in site.resources("AWS::EC2::SecurityGroup").items()
        for rule in group.get(f"SecurityGroup{direction}", [])
    ]
    found += [
        (group_id(rule["GroupId"]), rule)
        for rule in site.resources(f"AWS::EC2::SecurityGroup{direction}").values()
    ]
    return [
        (name, {key: value for key, value in rule.items() if key not in {"Description", "GroupId"}})
        for name, rule in found
    ]


def the_groups(site):
    """The group of the load balancer, and that of the tasks."""
    (balancer,) = site.only("AWS::ElasticLoadBalancingV2::LoadBalancer")["SecurityGroups"]
    network = site.only("AWS::ECS::Service")["NetworkConfiguration"]["AwsvpcConfiguration"]
    (tasks,) = network["SecurityGroups"]
    return group_id(balancer), group_id(tasks)


def tcp(port, **peer):
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **peer}


def signed_in(**props):
    return {"sign_in": SignIn.cognito(), "site_names": ["app.example.com"], **props}


INGRESSES = {
    "on the internet": (Site, {}, 443, [80]),
    "with sign-in": (Site, signed_in(), 443, [80]),
    "with another health port": (
        Site,
        {"health_check": TargetHealthCheck(port=9000)},
        443,
        [80, 9000],
    ),
    "with the traffic's port as health port": (
        Site,
        {"health_check": TargetHealthCheck(port=80)},
        443,
        [80],
    ),
    "internal": (private, {}, 80, [80]),
    "internal with a certificate": (private, {"certificate": True}, 443, [80]),
    "internal with sign-in": (
        private,
        signed_in(certificate=True, kinds=(PUBLIC, NAT)),
        443,
        [80],
    ),
}


@pytest.mark.parametrize(("make", "props", "port", "task_ports"), INGRESSES.values(), ids=INGRESSES)
def test_every_rule_of_every_group(project, make, props, port, task_ports):
    site = make(project, env=IRELAND, **props)
    balancer, tasks = the_groups(site)
    assert set(site.resources("AWS::EC2::SecurityGroup")) == {balancer, tasks}
    from_balancer = {"SourceSecurityGroupId": {"Fn::GetAtt": [balancer, "GroupId"]}}
    to_tasks = {"DestinationSecurityGroupId": {"Fn::GetAtt": [tasks, "GroupId"]}}
    assert rules(site, "Ingress") == [
        (balancer, tcp(port, SourcePrefixListId=LIST)),
        *((tasks, tcp(each, **from_balancer)) for each in task_ports),
    ]
    cognito = [(balancer, tcp(443, CidrIp="0.0.0.0/0"))] if "sign_in" in props else []
    every_port = {**tcp(0, **to_tasks), "ToPort": 65535}
    assert [rule for rule in rules(site, "Egress") if rule[0] == balancer] == [
        (balancer, every_port), *cognito,
    ]  # fmt: skip
    # Inline, or the group would be created open.
    assert not site.resources("AWS::EC2::SecurityGroupEgress")


def test_what_is_added_later_does_not_open_the_load_balancer(project):
    site = Site(project, env=IRELAND)
    site.ingress.listener.connections.allow_default_port_from_any_ipv4()
    site.ingress.load_balancer.connections.allow_from_any_ipv4(ec2.Port.tcp(22))
    site.ingress.load_balancer.connections.allow_to_any_ipv4(ec2.Port.all_tcp())
    balancer, _ = the_groups(site)
    assert [rule for name, rule in rules(site, "Ingress") if name == balancer] == [
        tcp(443, SourcePrefixListId=LIST)
    ]
    assert len([rule for name, rule in rules(site, "Egress") if name == balancer]) == 1


def test_a_group_of_another_stack_does_not_come_to_depend_on_the_ingress(project):
    app = App()
    below = Stack(app, "Below")
    vpc = ec2.Vpc(below, "Vpc", max_azs=2, nat_gateways=0)
    group = ec2.SecurityGroup(below, "Group", vpc=vpc)
    project.compose(NGINX)
    stack = Stack(app, "Above")
    service = ProjectService(
        stack, "Service", source=project.path, vpc=vpc, security_groups=[group]
    )
    OriginLoadBalancer(stack, "Ingress", service=service, internal=True)
    app.synth()
    assert stack not in below.dependencies


def test_without_a_region_the_template_carries_the_table(project):
    site = Site(project)
    ((name, table),) = site.template["Mappings"].items()
    assert table["eu-west-1"] == {"Id": LIST}
    assert len(table) == 16
    balancer, _ = the_groups(site)
    ((_, rule),) = (each for each in rules(site, "Ingress") if each[0] == balancer)
    assert rule["SourcePrefixListId"] == {"Fn::FindInMap": [name, {"Ref": "AWS::Region"}, "Id"]}


def test_with_a_region_it_does_not(project):
    assert "Mappings" not in Site(project, env=IRELAND).template


CAPE = NGINX.replace("eu-west-1", "af-south-1")


def test_a_region_that_the_table_lacks_says_where_to_look(project):
    with pytest.raises(ValueError, match="prefix list in af-south-1 is not known") as raised:
        Site(project, text=CAPE, env=Environment(region="af-south-1"))
    assert "prefix_list_id" in str(raised.value)
    assert (
        "aws ec2 describe-managed-prefix-lists --region af-south-1 --filters "
        "Name=prefix-list-name,Values=com.amazonaws.global.cloudfront.origin-facing"
    ) in str(raised.value)


@pytest.mark.parametrize(
    ("env", "text"), [(None, NGINX), (IRELAND, NGINX), (Environment(region="af-south-1"), CAPE)]
)
def test_a_given_list_comes_first(project, env, text):
    site = Site(project, env=env, text=text, prefix_list_id="pl-12345678")
    balancer, _ = the_groups(site)
    ((_, rule),) = (each for each in rules(site, "Ingress") if each[0] == balancer)
    assert rule["SourcePrefixListId"] == "pl-12345678"
    assert "Mappings" not in site.template


def test_the_table_has_one_id_for_each_region():
    ids = origin_load_balancer._PREFIX_LISTS.values()
    assert len(set(ids)) == len(ids)
    assert all(len(each) == len("pl-12345678") for each in ids)


def test_the_load_balancer_is_in_public_subnets(project):
    site = Site(project)
    balancer = site.only("AWS::ElasticLoadBalancingV2::LoadBalancer")
    assert balancer["Scheme"] == "internet-facing"
    assert len(balancer["Subnets"]) == 2
    assert all("PUBLIC" in each["Ref"] for each in balancer["Subnets"])


@pytest.mark.parametrize(
    ("kinds", "name"),
    [((PUBLIC, ISOLATED), "ISOLATED"), ((PUBLIC, NAT, ISOLATED), "PRIVATEWITHEGRESS")],
)
def test_an_internal_one_is_in_private_subnets(project, kinds, name):
    site = private(project, kinds=kinds)
    balancer = site.only("AWS::ElasticLoadBalancingV2::LoadBalancer")
    assert balancer["Scheme"] == "internal"
    assert len(balancer["Subnets"]) == 2
    assert all(name in each["Ref"].replace("_", "") for each in balancer["Subnets"])


@pytest.mark.parametrize(
    ("make", "props", "message"),
    [
        (Site, {"zones": 1}, "subnets in two availability zones, even where .* got 1"),
        (private, {"zones": 1}, "subnets in two availability zones, even where .* got 1"),
        (Site, {"kinds": (ISOLATED,)}, "needs public subnets, and the VPC has none"),
        (private, {"kinds": (PUBLIC,)}, "in private subnets, and the VPC has none"),
        (
            private,
            signed_in(certificate=True),
            "needs private subnets with a NAT gateway: it calls Cognito",
        ),
    ],
)
def test_a_vpc_that_does_not_do_is_refused(project, make, props, message):
    with pytest.raises(ValueError, match=message):
        make(project, **props)


def test_subnets_may_be_chosen(project):
    site = private(
        project,
        kinds=(PUBLIC, NAT, ISOLATED),
        subnets=ec2.SubnetSelection(subnet_type=ISOLATED),
    )
    balancer = site.only("AWS::ElasticLoadBalancingV2::LoadBalancer")
    assert all("ISOLATED" in each["Ref"] for each in balancer["Subnets"])


@pytest.mark.parametrize(
    "chosen", [None, ec2.SubnetSelection(subnet_type=PUBLIC)], ids=["by default", "chosen"]
)
def test_of_several_subnets_in_a_zone_one_is_taken(project, chosen):
    site = Site(project, kinds=(PUBLIC, PUBLIC, ISOLATED), subnets=chosen)
    assert len(site.only("AWS::ElasticLoadBalancingV2::LoadBalancer")["Subnets"]) == 2


def test_chosen_subnets_have_to_be_in_two_zones(project):
    one = ec2.SubnetSelection(subnets=[ec2.Subnet.from_subnet_attributes(
        Stack(App(), "Other"), "One", subnet_id="subnet-1", availability_zone="eu-west-1a"
    )])  # fmt: skip
    with pytest.raises(ValueError, match="two availability zones"):
        Site(project, subnets=one)


def test_zones_that_are_chosen_at_deployment_count(project):
    project.compose(NGINX)
    stack = Stack(App(), "Test")
    service = ProjectService(
        stack,
        "Service",
        source=project.path,
        network_profile=NetworkProfile.PRIVATE,
        high_availability=True,
    )
    ingress = OriginLoadBalancer(stack, "Ingress", service=service, internal=True)
    resource = ingress.load_balancer.node.default_child
    assert len(stack.resolve(resource.subnets)) == 3


@pytest.mark.parametrize("profile", NetworkProfile)
@pytest.mark.parametrize("internal", [False, True])
def test_the_subnets_that_a_network_keeps_for_an_ingress(project, profile, internal):
    project.compose(NGINX)
    stack = Stack(App(), "Test")
    service = ProjectService(
        stack,
        "Service",
        source=project.path,
        network_profile=profile,
        requirements=IngressRequirements(zones=2, gateway=True, drains=True),
    )
    placement = service.placement
    ingress = OriginLoadBalancer(
        stack,
        "Ingress",
        service=service,
        internal=internal,
        subnets=placement.private_subnets if internal else placement.public_subnets,
        certificate=acm.Certificate.from_certificate_arn(stack, "Certificate", CERTIFICATE),
        origin_secret=OriginSecret(stack, "Secret"),
    )
    resource = ingress.load_balancer.node.default_child
    assert len(stack.resolve(resource.subnets)) == 2
