"""The ECS service."""

from pathlib import Path

import pytest
from aws_cdk import App, Stack, Token
from aws_cdk.assertions import Match

from serverless_containers import InvalidSourceError


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
        ("", {"high_availability": True}, 3),
        ("scale: 3, ", {}, 3),
        ("scale: 3, ", {"desired_count": 5}, 5),
        ("scale: 0, ", {}, 0),
        ("", {"desired_count": Token.as_number({"Ref": "N"})}, {"Ref": "N"}),
    ],
)
def test_the_number_of_tasks(deploy, replicas, props, count):
    text = f"services: {{web: {{image: nginx, {replicas}ports: ['80']}}}}"
    assert deploy(text, **props).only("AWS::ECS::Service")["DesiredCount"] == count


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
