"""Nothing of a task definition or a service is lost between CloudFormation and ECS."""

import pytest

TASK = {
    "Family": "app",
    "RequiresCompatibilities": ["FARGATE"],
    "RuntimePlatform": {"CpuArchitecture": "ARM64", "OperatingSystemFamily": "LINUX"},
    "Volumes": [{"Name": "data"}],
    "ContainerDefinitions": [
        {
            "Name": "app",
            "Image": "app:1",
            "Secrets": [{"Name": "KEY", "ValueFrom": "arn:secret"}],
            "HealthCheck": {"Command": ["CMD", "true"], "Interval": 5},
            "DependsOn": [{"ContainerName": "db", "Condition": "HEALTHY"}],
            "LinuxParameters": {"InitProcessEnabled": True},
        }
    ],
}


@pytest.fixture
def task(act):
    arn, _ = act("create", "AWS::ECS::TaskDefinition", "Task", TASK, "stack")
    return arn


@pytest.fixture
def cluster(act):
    name, _ = act("create", "AWS::ECS::Cluster", "Cluster", {"ClusterName": "main"}, "stack")
    yield name
    act("delete", "AWS::ECS::Cluster", name, {"ClusterName": "main"})


def definition(api, arn):
    return api("ecs", "_task_defs")[arn.rpartition("/")[2]]


def test_a_task_definition_keeps_what_its_containers_need(api, task):
    (container,) = definition(api, task)["containerDefinitions"]
    assert container["secrets"] == [{"name": "KEY", "valueFrom": "arn:secret"}]
    assert container["healthCheck"] == {"command": ["CMD", "true"], "interval": 5}
    assert container["dependsOn"] == [{"containerName": "db", "condition": "HEALTHY"}]
    assert container["linuxParameters"] == {"initProcessEnabled": True}


def test_a_task_definition_keeps_its_platform_and_volumes(api, task):
    record = definition(api, task)
    assert record["runtimePlatform"] == {
        "cpuArchitecture": "ARM64",
        "operatingSystemFamily": "LINUX",
    }
    assert record["volumes"] == [{"name": "data"}]


def test_a_changed_task_definition_is_a_new_revision_with_its_platform(act, api, task):
    changed = {**TASK, "RuntimePlatform": {"CpuArchitecture": "X86_64"}}
    arn, _ = act("update", "AWS::ECS::TaskDefinition", task, TASK, changed, "stack", "Task")
    assert arn != task
    assert definition(api, arn)["runtimePlatform"] == {"cpuArchitecture": "X86_64"}


def test_a_service_keeps_its_registries_through_an_update(act, api, cluster, task):
    props = {
        "Cluster": cluster,
        "TaskDefinition": task,
        "DesiredCount": 0,
        "EnableExecuteCommand": True,
        "PlatformVersion": "1.4.0",
        "LaunchType": "FARGATE",
        "ServiceRegistries": [{"RegistryArn": "arn:registry", "ContainerPort": 80}],
    }
    arn, attributes = act("create", "AWS::ECS::Service", "Service", props, "stack")
    assert attributes == {"ServiceArn": arn, "Name": "stack-Service"}
    service = api("ecs", "_services")["main/stack-Service"]
    assert service["serviceRegistries"] == [{"registryArn": "arn:registry", "containerPort": 80}]
    assert service["enableExecuteCommand"] is True
    assert service["platformVersion"] == "1.4.0"

    changed = {**props, "ServiceRegistries": [{"RegistryArn": "arn:other", "ContainerPort": 81}]}
    assert act("update", "AWS::ECS::Service", arn, props, changed, "stack")[0] == arn
    assert service["serviceRegistries"] == [{"registryArn": "arn:other", "containerPort": 81}]
    act("delete", "AWS::ECS::Service", arn, changed)


def test_capacity_providers_reach_the_cluster_and_leave_it(act, api, cluster):
    kind = "AWS::ECS::ClusterCapacityProviderAssociations"
    props = {
        "Cluster": cluster,
        "CapacityProviders": ["FARGATE", "FARGATE_SPOT"],
        "DefaultCapacityProviderStrategy": [{"CapacityProvider": "FARGATE_SPOT", "Weight": 1}],
    }
    assert act("create", kind, "Capacity", props, "stack") == (cluster, {})
    record = api("ecs", "_clusters")[cluster]
    assert record["capacityProviders"] == ["FARGATE", "FARGATE_SPOT"]
    assert record["defaultCapacityProviderStrategy"] == [
        {"capacityProvider": "FARGATE_SPOT", "weight": 1}
    ]
    act("delete", kind, cluster, props)
    assert record["capacityProviders"] == []


def test_capacity_for_a_cluster_that_is_gone_fails(act):
    with pytest.raises(ValueError, match="ClusterNotFound"):
        act(
            "create",
            "AWS::ECS::ClusterCapacityProviderAssociations",
            "Capacity",
            {"Cluster": "gone", "CapacityProviders": []},
            "stack",
        )
