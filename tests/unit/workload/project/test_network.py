"""The network that the tasks run in: one that is made for them, or one that is there already."""

import pytest
from aws_cdk import App, Environment, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk.assertions import Annotations, Match

from serverless_containers import NetworkProfile
from tests.unit.workload.deployed import MIRRORED
from tests.unit.workload.surroundings import ISOLATED, NAT, PUBLIC, make_vpc


def zone(index):
    return {"Fn::Select": [index, {"Fn::GetAZs": ""}]}


def zone_of(deployed, subnet, region="eu-west-1"):
    """The zone of a subnet, by name or id, in a region."""
    conditions = deployed.template.to_json().get("Conditions", {})
    zones = (subnet.get("AvailabilityZone"), subnet.get("AvailabilityZoneId"))
    (found,) = filter(None, (resolve(each, conditions, region) for each in zones if each))
    return found


def task_zones(deployed):
    """The zones of the subnets that the service names."""
    subnets = deployed.template.find_resources("AWS::EC2::Subnet")
    return [
        zone_of(deployed, subnets[each["Ref"]]["Properties"])
        for each in deployed.network()["Subnets"]
    ]


class TestProfiles:
    def subnets(self, deployed):
        return {
            tag["Value"]
            for subnet in deployed.resources("AWS::EC2::Subnet")
            for tag in subnet["Tags"]
            if tag["Key"] == "aws-cdk:subnet-type"
        }

    def test_public_costs_nothing_while_it_is_idle(self, deploy):
        deployed = deploy()
        deployed.template.resource_count_is("AWS::EC2::NatGateway", 0)
        deployed.template.resource_count_is("AWS::EC2::EIP", 0)
        # What reaches the tasks, and their volumes, is in subnets that no gateway leads into.
        assert self.subnets(deployed) == {"Public", "Isolated"}
        assert deployed.network()["AssignPublicIp"] == "ENABLED"

    @pytest.mark.parametrize(("high_availability", "count"), [(False, 1), (True, 3)])
    def test_private_has_a_nat_gateway_in_each_zone_of_the_tasks(
        self, deploy, high_availability, count
    ):
        deployed = deploy(
            network_profile=NetworkProfile.PRIVATE, high_availability=high_availability
        )
        deployed.template.resource_count_is("AWS::EC2::NatGateway", count)
        assert self.subnets(deployed) == {"Public", "Private"}
        network = deployed.network()
        assert network["AssignPublicIp"] == "DISABLED"
        assert len(network["Subnets"]) == count
        assert all("PrivateSubnet" in str(subnet) for subnet in network["Subnets"])

    def test_endpoints_lead_to_aws_and_nowhere_else(self, deploy, by_design):
        deployed = deploy(network_profile=NetworkProfile.ENDPOINTS)
        deployed.template.resource_count_is("AWS::EC2::NatGateway", 0)
        # CloudFront asks for a gateway, through which nothing of a VPC origin's passes.
        gateways = by_design(api=0, hosting=1)
        deployed.template.resource_count_is("AWS::EC2::InternetGateway", gateways)
        assert self.services(deployed) == {"ecr.api", "ecr.dkr", "logs", "s3", "dynamodb"}
        # AND whatever runs in the VPC may use them
        (group,) = [
            group
            for group in deployed.resources("AWS::EC2::SecurityGroup")
            if group["GroupDescription"] == "Interface endpoints of the tasks"
        ]
        (rule,) = group["SecurityGroupIngress"]
        assert (rule["CidrIp"], rule["FromPort"]) == ("10.0.0.0/16", 443)
        # AND the service waits for them
        (service,) = deployed.template.find_resources("AWS::ECS::Service").values()
        assert any("EcrApi" in name for name in service["DependsOn"])

    def test_endpoints_for_secrets_and_exec_are_made_when_they_are_needed(self, deploy):
        deployed = deploy(
            f"""
            services: {{web: {{image: "{MIRRORED}", ports: ["80"], secrets: [A]}}}}
            secrets: {{A: {{external: true}}}}
            """,
            network_profile=NetworkProfile.ENDPOINTS,
            enable_execute_command=True,
        )
        assert self.services(deployed) >= {"secretsmanager", "ssmmessages"}

    def services(self, deployed):
        names = set()
        for endpoint in deployed.resources("AWS::EC2::VPCEndpoint"):
            *_, last = endpoint["ServiceName"]["Fn::Join"][1]
            names.add(last.lstrip("."))
        return names


class TestZones:
    def zones(self, deployed):
        """Every zone that has a subnet."""
        found = []
        for subnet in deployed.resources("AWS::EC2::Subnet"):
            if (zone := zone_of(deployed, subnet)) not in found:
                found.append(zone)
        return found

    @pytest.mark.parametrize("profile", NetworkProfile)
    def test_tasks_have_one_by_default_and_a_load_balancer_two(self, deploy, by_design, profile):
        deployed = deploy(network_profile=profile)
        assert task_zones(deployed) == [zone(0)]
        assert self.zones(deployed) == by_design(api=[zone(0)], hosting=[zone(0), zone(1)])

    @pytest.mark.parametrize("fixed", [False, True])
    def test_three_for_high_availability_wherever_the_stack_goes(self, deploy, fixed):
        ireland = Environment(account="123456789012", region="eu-west-1")
        deployed = deploy(high_availability=True, env=ireland if fixed else None)
        assert task_zones(deployed) == self.zones(deployed) == [zone(0), zone(1), zone(2)]

    def test_two_where_a_region_has_no_more(self, deploy):
        california = Environment(account="123456789012", region="us-west-1")
        deployed = deploy(high_availability=True, env=california)
        assert len(self.zones(deployed)) == 2
        Annotations.from_stack(deployed.stack).has_warning(
            "*", Match.string_like_regexp("us-west-1 shows an account two availability zones")
        )

    def test_they_can_be_named(self, deploy):
        names = ["us-east-1b", "us-east-1d"]
        deployed = deploy(availability_zones=names)
        assert task_zones(deployed) == self.zones(deployed) == names


class TestGivenVpc:
    @pytest.mark.parametrize(
        ("kinds", "chosen", "public"),
        [
            ([PUBLIC, NAT, ISOLATED], "1Subnet", "DISABLED"),
            ([PUBLIC, ISOLATED], "1Subnet", "DISABLED"),
        ],
    )
    def test_the_most_sheltered_subnets_with_a_way_out_are_taken(
        self, deploy, kinds, chosen, public
    ):
        deployed = deploy(vpc=lambda stack: make_vpc(stack, *kinds))
        network = deployed.network()
        assert network["AssignPublicIp"] == public
        assert all(chosen in str(subnet) for subnet in network["Subnets"])
        assert deployed.ingress.vpc.node.id == "Vpc"

    def test_no_other_vpc_is_made(self, deploy):
        deployed = deploy(vpc=lambda stack: make_vpc(stack, PUBLIC, ISOLATED))
        containers = deployed.ingress.node.find_child("Containers")
        assert containers.node.try_find_child("Network") is None
        deployed.template.resource_count_is("AWS::EC2::VPC", 1)

    @pytest.mark.parametrize(
        ("given", "public"), [({}, "ENABLED"), ({"assign_public_ip": False}, "DISABLED")]
    )
    def test_subnets_and_addresses_can_be_chosen(self, deploy, given, public):
        deployed = deploy(
            vpc=lambda stack: make_vpc(stack, PUBLIC, NAT),
            vpc_subnets=ec2.SubnetSelection(subnet_type=PUBLIC),
            **given,
        )
        assert deployed.network()["AssignPublicIp"] == public
        assert all("0Subnet" in str(subnet) for subnet in deployed.network()["Subnets"])


def test_a_cluster_and_groups_can_be_given(ingress, project):
    stack = Stack(App(), "Test")
    vpc = ec2.Vpc(stack, "Vpc", restrict_default_security_group=False)
    cluster = ecs.Cluster(stack, "Cluster", vpc=vpc, enable_fargate_capacity_providers=True)
    group = ec2.SecurityGroup(stack, "Group", vpc=vpc)
    project.compose("services: {web: {image: nginx, ports: ['80']}}")
    front = ingress(
        stack, "Front", source=project.path, vpc=vpc, cluster=cluster, security_groups=[group]
    )
    assert front.cluster is cluster
    assert [each.security_group_id for each in front.connections.security_groups] == [
        group.security_group_id
    ]


class TestZoneIds:
    """Not every zone has VPC links or VPC origins."""

    @pytest.mark.parametrize(
        ("region", "ids", "linked"),
        [
            ("us-east-1", ["use1-az1", "use1-az2", "use1-az4"], 3),
            ("eu-west-3", ["euw3-az1", "euw3-az3", "euw3-az2"], 2),
            ("eu-west-1", None, 3),
        ],
    )
    def test_of_a_known_region_they_are_chosen_at_synthesis(
        self, deploy, by_design, region, ids, linked
    ):
        env = Environment(account="123456789012", region=region)
        deployed = deploy(env=env, high_availability=True)
        subnets = deployed.template.find_resources("AWS::EC2::Subnet")
        chosen = [subnets[each["Ref"]]["Properties"] for each in deployed.network()["Subnets"]]
        assert [each.get("AvailabilityZoneId") for each in chosen] == (ids or [None] * 3)
        assert [each.get("AvailabilityZone") for each in chosen] == (
            [None] * 3 if ids else [zone(index) for index in range(3)]
        )
        links = deployed.resources("AWS::ApiGatewayV2::VpcLink")
        assert [len(link["SubnetIds"]) for link in links] == by_design(api=[linked], hosting=[])

    def test_of_an_unknown_region_the_template_chooses(self, deploy, by_design):
        deployed = deploy(high_availability=True)
        template = deployed.template.to_json()

        def resolved(value, region):
            return resolve(value, template["Conditions"], region)

        for properties in deployed.resources("AWS::EC2::Subnet"):
            given = {
                region: (
                    resolved(properties.get("AvailabilityZone"), region),
                    resolved(properties.get("AvailabilityZoneId"), region),
                )
                for region in ("us-east-1", "ca-central-1", "eu-west-3", "ap-east-1", "eu-west-1")
            }
            # One or the other, never both.
            assert all((name is None) != (identity is None) for name, identity in given.values())
            assert given["eu-west-1"][1] is None
            assert given["us-east-1"][1] in {"use1-az1", "use1-az2", "use1-az4"}
        for link in deployed.resources("AWS::ApiGatewayV2::VpcLink"):
            assert len(resolved(link["SubnetIds"], "eu-west-3")) == 2
            assert len(resolved(link["SubnetIds"], "us-east-1")) == 3
        assert len(deployed.resources("AWS::ApiGatewayV2::VpcLink")) == by_design(api=1, hosting=0)

    def test_zones_of_the_caller_are_taken_as_they_are(self, deploy):
        env = Environment(account="123456789012", region="us-east-1")
        deployed = deploy(env=env, availability_zones=["us-east-1b", "us-east-1c"])
        zones = {each["AvailabilityZone"] for each in deployed.resources("AWS::EC2::Subnet")}
        assert zones == {"us-east-1b", "us-east-1c"}


def resolve(value, conditions, region):
    """What CloudFormation makes of a value with conditions of the region alone."""

    def holds(condition):
        if "Fn::Equals" in condition:
            left, right = condition["Fn::Equals"]
            assert left == {"Ref": "AWS::Region"}
            return right == region
        return any(holds(each) for each in condition["Fn::Or"])

    while isinstance(value, dict) and "Fn::If" in value:
        name, yes, no = value["Fn::If"]
        value = yes if holds(conditions[name]) else no
    return None if value == {"Ref": "AWS::NoValue"} else value
