"""The ECS service."""

import re
from pathlib import Path

import pytest
from aws_cdk import App, Stack, Token
from aws_cdk.assertions import Match

from serverless_containers import InvalidSourceError, TaskScaling

LATER = Token.as_number({"Fn::ImportValue": "Number"})


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

    def test_it_needs_something_to_follow(self):
        with pytest.raises(ValueError, match="TaskScaling: expected cpu_percent, memory_percent"):
            TaskScaling(max_capacity=4, cpu_percent=None)

    @pytest.mark.parametrize(
        ("capacities", "told"),
        [
            (
                {"min_capacity": 5, "max_capacity": 2},
                "TaskScaling: min_capacity=5 is more than max_capacity=2; give the fewest tasks as "
                "min_capacity and the most as max_capacity",
            ),
            (
                {"max_capacity": 2.5},
                "TaskScaling: expected a whole number of tasks as max_capacity, got 2.5",
            ),
            (
                {"max_capacity": float("nan")},
                "TaskScaling: expected a whole number of tasks as max_capacity, got nan",
            ),
            (
                {"min_capacity": -1, "max_capacity": 2},
                "TaskScaling: expected a whole number of tasks as min_capacity, got -1",
            ),
        ],
    )
    def test_the_fewest_tasks_are_no_more_than_the_most(self, capacities, told):
        with pytest.raises(ValueError, match=re.escape(told) + "$"):
            TaskScaling(**capacities)

    @pytest.mark.parametrize("capacities", [(2, 2), (LATER, 2), (5, LATER)])
    def test_capacities_that_are_not_known_pass(self, capacities):
        TaskScaling(min_capacity=capacities[0], max_capacity=capacities[1])

    def test_it_may_follow_memory_alone(self, deploy):
        deployed = deploy(scaling=TaskScaling(max_capacity=8, cpu_percent=None, memory_percent=70))
        deployed.template.resource_count_is("AWS::ApplicationAutoScaling::ScalingPolicy", 1)

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
        assert [each["Action"] for each in deployed.statements("TaskRole")] == [
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


def test_errors_name_files_from_the_current_folder(ingress, project, monkeypatch):
    project.compose("services: {web: {image: nginx, privileged: true, ports: ['80']}}")
    monkeypatch.chdir(project.path.parent)
    with pytest.raises(InvalidSourceError) as caught:
        ingress(Stack(App(), "Test"), "Front", source=Path("sample"))
    assert str(caught.value).startswith("sample/docker-compose.yml:1:")
