"""The ECS service and the network that it runs in."""

import pytest
from aws_cdk import App, Environment, Stack, Token
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk.assertions import Annotations, Match, Template

from serverless_containers import ContainerApi, InvalidSourceError, NetworkProfile, TaskScaling


def test_it_rolls_out_safely(deploy):
    deploy().template.has_resource_properties(
        "AWS::ECS::Service",
        {
            "DeploymentConfiguration": Match.object_like(
                {
                    "DeploymentCircuitBreaker": {"Enable": True, "Rollback": True},
                    "MinimumHealthyPercent": 100,
                    "MaximumPercent": 200,
                }
            ),
            "PlatformVersion": "1.4.0",
            "AvailabilityZoneRebalancing": "ENABLED",
            "EnableECSManagedTags": True,
            "PropagateTags": "SERVICE",
        },
    )


def test_it_waits_for_what_its_tasks_need_to_start(deploy):
    (service,) = deploy().template.find_resources("AWS::ECS::Service").values()
    needed = " ".join(service["DependsOn"])
    assert "ExecutionRoleDefaultPolicy" in needed
    assert "DefaultRoute" in needed


@pytest.mark.parametrize(
    ("replicas", "props", "count"),
    [
        ("", {}, 1),
        ("", {"high_availability": True}, 2),
        ("scale: 3, ", {}, 3),
        ("scale: 3, ", {"desired_count": 5}, 5),
        ("scale: 0, ", {}, 0),
        ("", {"desired_count": Token.as_number({"Ref": "N"})}, {"Ref": "N"}),
    ],
)
def test_the_number_of_tasks(deploy, replicas, props, count):
    text = f"services: {{web: {{image: nginx, {replicas}ports: ['80']}}}}"
    assert deploy(text, **props).only("AWS::ECS::Service")["DesiredCount"] == count


class TestScaling:
    def test_no_count_in_the_template_resets_it(self, deploy):
        deployed = deploy(scaling=TaskScaling(min_capacity=2, max_capacity=8, memory_percent=70))
        assert "DesiredCount" not in deployed.only("AWS::ECS::Service")
        target = deployed.only("AWS::ApplicationAutoScaling::ScalableTarget")
        assert (target["MinCapacity"], target["MaxCapacity"]) == (2, 8)
        metrics = {
            policy["TargetTrackingScalingPolicyConfiguration"]["PredefinedMetricSpecification"][
                "PredefinedMetricType"
            ]: policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"]
            for policy in deployed.resources("AWS::ApplicationAutoScaling::ScalingPolicy")
        }
        assert metrics == {
            "ECSServiceAverageCPUUtilization": 60,
            "ECSServiceAverageMemoryUtilization": 70,
        }

    def test_it_excludes_a_count(self, deploy):
        with pytest.raises(ValueError, match="desired_count and scaling exclude each other"):
            deploy(desired_count=2, scaling=TaskScaling(max_capacity=4))


@pytest.mark.parametrize(("spot", "provider"), [(False, "FARGATE"), (True, "FARGATE_SPOT")])
def test_the_capacity(deploy, spot, provider):
    deployed = deploy(spot=spot)
    strategy = deployed.only("AWS::ECS::Service")["CapacityProviderStrategy"]
    assert strategy == [{"CapacityProvider": provider, "Weight": 1}]
    deployed.template.has_resource_properties(
        "AWS::ECS::ClusterCapacityProviderAssociations",
        {"CapacityProviders": ["FARGATE", "FARGATE_SPOT"]},
    )


class TestExecuteCommand:
    def test_it_is_off(self, deploy):
        service = deploy().only("AWS::ECS::Service")
        assert not service.get("EnableExecuteCommand")

    def test_on_request_the_task_role_gets_its_four_permissions(self, deploy):
        deployed = deploy(enable_execute_command=True)
        assert deployed.only("AWS::ECS::Service")["EnableExecuteCommand"] is True
        (policy,) = [
            policy
            for policy in deployed.resources("AWS::IAM::Policy")
            if "TaskRole" in str(policy["Roles"])
        ]
        assert [each["Action"] for each in policy["PolicyDocument"]["Statement"]] == [
            [
                "ssmmessages:CreateControlChannel",
                "ssmmessages:CreateDataChannel",
                "ssmmessages:OpenControlChannel",
                "ssmmessages:OpenDataChannel",
            ]
        ]

    def test_a_read_only_root_is_an_error(self, deploy):
        text = "services: {web: {image: nginx, read_only: true, ports: ['80']}}"
        with pytest.raises(InvalidSourceError, match=r"1:43: services\.web\.read_only: ECS Exec"):
            deploy(text, enable_execute_command=True)


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
        assert self.subnets(deployed) == {"Public"}
        network = deployed.only("AWS::ECS::Service")["NetworkConfiguration"]
        assert network["AwsvpcConfiguration"]["AssignPublicIp"] == "ENABLED"

    def test_private_has_a_nat_gateway_in_each_zone(self, deploy):
        deployed = deploy(network_profile=NetworkProfile.PRIVATE, high_availability=True)
        deployed.template.resource_count_is("AWS::EC2::NatGateway", 3)
        assert self.subnets(deployed) == {"Public", "Private"}
        network = deployed.only("AWS::ECS::Service")["NetworkConfiguration"]
        assert network["AwsvpcConfiguration"]["AssignPublicIp"] == "DISABLED"
        assert "TasksSubnet" in str(network["AwsvpcConfiguration"]["Subnets"])

    def test_endpoints_lead_to_aws_and_nowhere_else(self, deploy):
        deployed = deploy(network_profile=NetworkProfile.ENDPOINTS)
        deployed.template.resource_count_is("AWS::EC2::NatGateway", 0)
        deployed.template.resource_count_is("AWS::EC2::InternetGateway", 0)
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
            """
            services: {web: {image: nginx, ports: ["80"], secrets: [A]}}
            secrets: {A: {external: true}}
            """,
            network_profile=NetworkProfile.ENDPOINTS,
            enable_execute_command=True,
        )
        assert self.services(deployed) >= {"secretsmanager", "ssmmessages"}

    def test_without_the_internet_there_is_no_image_for_a_stop_delay(self, deploy):
        deployed = deploy(network_profile=NetworkProfile.ENDPOINTS)
        assert set(deployed.containers()) == {"web"}

    def services(self, deployed):
        names = set()
        for endpoint in deployed.resources("AWS::EC2::VPCEndpoint"):
            *_, last = endpoint["ServiceName"]["Fn::Join"][1]
            names.add(last.lstrip("."))
        return names


class TestZones:
    def zones(self, deployed):
        return [subnet["AvailabilityZone"] for subnet in deployed.resources("AWS::EC2::Subnet")]

    def test_one_by_default(self, deploy):
        assert self.zones(deploy()) == [{"Fn::Select": [0, {"Fn::GetAZs": ""}]}]

    @pytest.mark.parametrize("fixed", [False, True])
    def test_three_for_high_availability_wherever_the_stack_goes(self, deploy, virginia, fixed):
        deployed = deploy(high_availability=True, env=virginia if fixed else None)
        assert self.zones(deployed) == [
            {"Fn::Select": [index, {"Fn::GetAZs": ""}]} for index in range(3)
        ]

    def test_two_where_a_region_has_no_more(self, deploy):
        california = Environment(account="123456789012", region="us-west-1")
        deployed = deploy(high_availability=True, env=california)
        assert len(self.zones(deployed)) == 2
        Annotations.from_stack(deployed.stack).has_warning(
            "*", Match.string_like_regexp("us-west-1 shows an account two availability zones")
        )

    def test_they_can_be_named(self, deploy):
        deployed = deploy(availability_zones=["us-east-1b", "us-east-1d"])
        assert self.zones(deployed) == ["us-east-1b", "us-east-1d"]


class TestGivenVpc:
    def deploy(self, project, configuration, **props):
        app = App()
        stack = Stack(app, "Test")
        vpc = ec2.Vpc(
            stack,
            "Vpc",
            nat_gateways=1 if any("EGRESS" in str(each) for each in configuration) else 0,
            subnet_configuration=[
                ec2.SubnetConfiguration(name=str(index), subnet_type=kind)
                for index, kind in enumerate(configuration)
            ],
            restrict_default_security_group=False,
        )
        project.compose("services: {web: {image: nginx, ports: ['80']}}")
        api = ContainerApi(stack, "Api", source=project.path, vpc=vpc, **props)
        (service,) = Template.from_stack(stack).find_resources("AWS::ECS::Service").values()
        return api, service["Properties"]["NetworkConfiguration"]["AwsvpcConfiguration"]

    @pytest.mark.parametrize(
        ("configuration", "chosen", "public"),
        [
            (["PUBLIC", "PRIVATE_WITH_EGRESS", "PRIVATE_ISOLATED"], "1Subnet", "DISABLED"),
            (["PUBLIC", "PRIVATE_ISOLATED"], "1Subnet", "DISABLED"),
            (["PUBLIC"], "0Subnet", "ENABLED"),
        ],
    )
    def test_the_most_sheltered_subnets_with_a_way_out_are_taken(
        self, project, configuration, chosen, public
    ):
        api, network = self.deploy(
            project, [getattr(ec2.SubnetType, each) for each in configuration]
        )
        assert network["AssignPublicIp"] == public
        assert all(chosen in str(subnet) for subnet in network["Subnets"])
        assert api.vpc.node.id == "Vpc"

    def test_no_other_vpc_is_made(self, project):
        api, _ = self.deploy(project, [ec2.SubnetType.PUBLIC])
        assert api.node.try_find_child("Containers").node.try_find_child("Network") is None

    def test_subnets_and_addresses_can_be_chosen(self, project):
        _, network = self.deploy(
            project,
            [ec2.SubnetType.PUBLIC, ec2.SubnetType.PRIVATE_WITH_EGRESS],
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
            assign_public_ip=False,
        )
        assert network["AssignPublicIp"] == "DISABLED"
        assert all("0Subnet" in str(subnet) for subnet in network["Subnets"])


def test_a_cluster_and_groups_can_be_given(project):
    stack = Stack(App(), "Test")
    vpc = ec2.Vpc(stack, "Vpc", restrict_default_security_group=False)
    cluster = ecs.Cluster(stack, "Cluster", vpc=vpc, enable_fargate_capacity_providers=True)
    group = ec2.SecurityGroup(stack, "Group", vpc=vpc)
    project.compose("services: {web: {image: nginx, ports: ['80']}}")
    api = ContainerApi(
        stack, "Api", source=project.path, vpc=vpc, cluster=cluster, security_groups=[group]
    )
    assert api.cluster is cluster
    assert [each.security_group_id for each in api.connections.security_groups] == [
        group.security_group_id
    ]
