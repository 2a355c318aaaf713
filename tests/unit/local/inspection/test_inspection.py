"""A resource is real when its own service says so, and anything less is called by its name."""

import json

import pytest
from botocore.exceptions import ClientError

from serverless_containers.local.clients import LocalClients
from serverless_containers.local.credentials import Credentials
from serverless_containers.local.inspection import deployed_stacks, inspect
from serverless_containers.local.inspection.checks import CHECKS
from serverless_containers.local.resource_types.recorded import TYPES
from serverless_containers.local.result import ResourceStatus

PATHS = {"dev-Api": "dev/Api", "gone": "gone"}
NOTHING_RECORDED = {"recorded": [], "engine": False}


class Pages:
    def __init__(self, page):
        self.page = page

    def paginate(self, **_):
        return [self.page]


class Service:
    """A client whose calls answer with what the test gave, or raise it."""

    def __init__(self, answers):
        self.answers = answers
        self.calls = []

    def get_paginator(self, name):
        return Pages(self.answers[name])

    def __getattr__(self, name):
        def call(**request):
            self.calls.append((name, request))
            answer = self.answers[name]
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


def deployed(resources, **services):
    """The clients of a region with one stack of these resources: id to (type, physical id,
    properties)."""
    template = {
        "Resources": {
            logical_id: {
                "Type": resource_type,
                "Properties": properties,
                "Metadata": {"aws:cdk:path": f"dev/Api/{logical_id}/Resource"},
            }
            for logical_id, (resource_type, _, properties) in resources.items()
        }
    }
    cloudformation = Service(
        {
            "describe_stacks": {
                "Stacks": [
                    {"StackName": "CDKToolkit", "StackStatus": "CREATE_COMPLETE"},
                    {"StackName": "gone", "StackStatus": "DELETE_COMPLETE"},
                    {
                        "StackName": "dev-Api",
                        "StackStatus": "CREATE_COMPLETE",
                        "Outputs": [{"OutputKey": "Endpoint", "OutputValue": "http://x"}],
                    },
                ]
            },
            "get_template": {"TemplateBody": json.dumps(template)},
            "list_exports": {"Exports": [{"Name": "shared", "Value": "the-export"}]},
            "list_stack_resources": {
                "StackResourceSummaries": [
                    {
                        "LogicalResourceId": logical_id,
                        "ResourceType": resource_type,
                        "PhysicalResourceId": physical_id,
                        "ResourceStatus": "CREATE_COMPLETE",
                    }
                    # In another order than the template's, as the service gives them.
                    for logical_id, (resource_type, physical_id, _) in reversed(resources.items())
                ]
            },
        }
    )

    class Fake(dict):
        account = "123456789012"
        region = "us-east-1"

    return Fake({"cloudformation": cloudformation, **services})


def inspected(clients, status=NOTHING_RECORDED):
    return inspect(deployed_stacks(clients, PATHS), status)


def not_found(operation):
    return ClientError({"Error": {"Code": "NoSuchEntity", "Message": "gone"}}, operation)


def test_a_resource_that_its_service_knows_is_real():
    iam = Service({"get_role": {"Role": {"RoleName": "r"}}})
    (found,) = inspected(deployed({"Role": ("AWS::IAM::Role", "r", {})}, iam=iam))
    assert (found.stack, found.type, found.name, found.physical_id, found.status) == (
        "dev-Api",
        "AWS::IAM::Role",
        "Role",
        "r",
        ResourceStatus.REAL,
    )
    assert iam.calls == [("get_role", {"RoleName": "r"})]


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        ({"Role": {}}, ""),
        ({}, ""),
        (
            not_found("GetRole"),
            "An error occurred (NoSuchEntity) when calling the GetRole operation: gone",
        ),
    ],
)
def test_a_resource_that_its_service_does_not_know_is_missing(answer, note):
    iam = Service({"get_role": answer})
    (found,) = inspected(deployed({"Role": ("AWS::IAM::Role", "r", {})}, iam=iam))
    assert (found.status, found.note) == (ResourceStatus.MISSING, note)


def test_a_recorded_resource_is_called_so():
    resources = {"Link": ("AWS::ApiGatewayV2::VpcLink", "abc", {})}
    status = {
        "recorded": [{"type": "AWS::ApiGatewayV2::VpcLink", "physical_id": "abc"}],
        "engine": False,
    }
    (found,) = inspected(deployed(resources), status)
    assert (found.status, found.note) == (ResourceStatus.RECORDED, "")


def test_what_the_record_says_of_a_resource_is_passed_on():
    kind = "AWS::CodePipeline::Pipeline"
    status = {
        "recorded": [{"type": kind, "physical_id": "p", "note": "nothing was built"}],
        "engine": False,
    }
    (found,) = inspected(deployed({"Pipeline": (kind, "p", {})}), status)
    assert (found.status, found.note) == (ResourceStatus.RECORDED, "nothing was built")


def test_a_recorded_type_that_is_not_recorded_is_not_called_real():
    (found,) = inspected(deployed({"Link": ("AWS::ApiGatewayV2::VpcLink", "abc", {})}))
    assert found.status is ResourceStatus.UNCHECKED


def test_no_recorded_type_has_a_check():
    assert not set(TYPES) & set(CHECKS)


def test_a_type_without_a_check_and_a_value_from_elsewhere_are_not_called_real():
    found = inspected(
        deployed(
            {
                "Odd": ("AWS::Odd::Thing", "x", {}),
                "Route": ("AWS::ApiGatewayV2::Route", "r", {"ApiId": {"Fn::GetAtt": ["A", "Id"]}}),
            }
        )
    )
    assert [each.status for each in found] == [ResourceStatus.UNCHECKED] * 2
    assert found[1].note == 'depends on {"Fn::GetAtt": ["A", "Id"]}'


@pytest.mark.parametrize(
    ("value", "resolved"),
    [
        ("plain", "plain"),
        ({"Ref": "Api"}, "api-1"),
        ({"Fn::ImportValue": "shared"}, "the-export"),
        ({"Fn::Join": ["-", [{"Ref": "AWS::Region"}, {"Ref": "Api"}]]}, "us-east-1-api-1"),
    ],
)
def test_references_are_followed(value, resolved):
    api = Service({"get_api": {"ApiId": "api-1"}, "get_route": {"RouteId": "r"}})
    clients = deployed(
        {
            "Api": ("AWS::ApiGatewayV2::Api", "api-1", {}),
            "Route": ("AWS::ApiGatewayV2::Route", "r", {"ApiId": value}),
        },
        apigatewayv2=api,
    )
    assert [each.status for each in inspected(clients)] == [ResourceStatus.REAL] * 2
    assert api.calls[1] == ("get_route", {"ApiId": resolved, "RouteId": "r"})


@pytest.mark.parametrize(
    ("engine", "status"), [(False, ResourceStatus.NOT_RUNNING), (True, ResourceStatus.REAL)]
)
def test_the_tasks_of_a_service_stand_beside_it(engine, status):
    arn = "arn:aws:ecs:us-east-1:123456789012:service/main/web"
    ecs = Service(
        {
            "describe_services": {"services": [{"status": "ACTIVE"}]},
            "list_tasks": {"taskArns": ["arn:b", "arn:a"]},
        }
    )
    clients = deployed({"Service": ("AWS::ECS::Service", arn, {})}, ecs=ecs)
    service, *tasks = inspected(clients, {"recorded": [], "engine": engine})
    assert service.status is ResourceStatus.REAL
    assert [(task.type, task.name, task.physical_id, task.status) for task in tasks] == [
        ("ECS task", "Service task 1 of 2", "arn:a", status),
        ("ECS task", "Service task 2 of 2", "arn:b", status),
    ]
    assert ecs.calls[-1] == ("list_tasks", {"cluster": "main", "serviceName": "web"})


MOUNTS = [{"containerPath": "/data"}, {"containerPath": "/run/secrets"}]


@pytest.mark.parametrize(
    ("processes", "status", "note"),
    [
        (
            {"shop": {"web": True, "db": False}},
            ResourceStatus.PROCESSES,
            "processes: web; which have no image, memory, volumes, secrets that are files of the "
            "task definition; not running, without a dev command: db",
        ),
        ({"shop": {"web": True}}, ResourceStatus.PROCESSES, None),
        ({}, ResourceStatus.NO_PROCESS, "not running, without a dev command: web, db"),
    ],
)
def test_tasks_of_processes_say_what_a_process_does_not_honour(processes, status, note):
    arn = "arn:aws:ecs:us-east-1:123456789012:service/main/web"
    web = {
        "name": "web",
        "image": "x",
        "memory": 512,
        "memoryReservation": 1,
        "mountPoints": MOUNTS,
    }
    definition = {
        "family": "shop",
        "containerDefinitions": [web, {"name": "db", "image": "y", "user": "1", "cpu": 0}],
    }
    ecs = Service(
        {
            "describe_services": {"services": [{"status": "ACTIVE"}]},
            "list_tasks": {"taskArns": ["arn:a"]},
            "describe_tasks": {"tasks": [{"taskDefinitionArn": "arn:shop:1"}]},
            "describe_task_definition": {"taskDefinition": definition},
        }
    )
    clients = deployed({"Service": ("AWS::ECS::Service", arn, {})}, ecs=ecs)
    status_of = {"recorded": [], "engine": False, "processes": processes}
    _, task = inspected(clients, status_of)
    assert task.status is status
    assert task.note == (
        "processes: web; which have no image, memory, volumes, secrets that are files of the task "
        "definition"
        if note is None
        else note
    )


@pytest.mark.parametrize(
    ("image", "answer", "asked", "status"),
    [
        (":1", {"imageDetails": [{}]}, {"imageTag": "1"}, ResourceStatus.REAL),
        (":1", {"imageDetails": []}, {"imageTag": "1"}, ResourceStatus.NO_IMAGE),
        (":1", not_found("DescribeImages"), {"imageTag": "1"}, ResourceStatus.NO_IMAGE),
        ("", {"imageDetails": []}, {"imageTag": "latest"}, ResourceStatus.NO_IMAGE),
        ("@sha256:a", {"imageDetails": []}, {"imageDigest": "sha256:a"}, ResourceStatus.NO_IMAGE),
    ],
)
def test_images_of_the_own_registry_stand_below_the_task_definition(image, answer, asked, status):
    image = f"123456789012.dkr.ecr.us-east-1.amazonaws.com/team/app{image}"
    containers = [{"name": "app", "image": image}, {"name": "db", "image": "postgres:18"}]
    ecs = Service(
        {"describe_task_definition": {"taskDefinition": {"containerDefinitions": containers}}}
    )
    ecr = Service({"describe_images": answer})
    clients = deployed({"Task": ("AWS::ECS::TaskDefinition", "app:1", {})}, ecs=ecs, ecr=ecr)
    definition, *images = inspected(clients)
    assert definition.status is ResourceStatus.REAL
    assert [(each.type, each.name, each.physical_id, each.status) for each in images] == [
        ("Container image", "Task app", image, status)
    ]
    assert ecr.calls == [("describe_images", {"repositoryName": "team/app", "imageIds": [asked]})]


def test_a_service_that_drained_is_missing_and_has_no_tasks():
    arn = "arn:aws:ecs:us-east-1:123456789012:service/main/web"
    ecs = Service({"describe_services": {"services": [{"status": "INACTIVE"}]}})
    (found,) = inspected(deployed({"Service": ("AWS::ECS::Service", arn, {})}, ecs=ecs))
    assert found.status is ResourceStatus.MISSING


@pytest.mark.parametrize(
    ("resource_type", "service", "answers", "properties"),
    [
        (
            "AWS::EC2::NatGateway",
            "ec2",
            {"describe_nat_gateways": {"NatGateways": [{"State": "deleted"}]}},
            {},
        ),
        ("AWS::EC2::EIP", "ec2", {"describe_addresses": {"Addresses": [{"PublicIp": "1"}]}}, {}),
        (
            "AWS::EC2::Route",
            "ec2",
            {
                "describe_route_tables": {
                    "RouteTables": [{"Routes": [{"DestinationCidrBlock": "10.0.0.0/16"}]}]
                }
            },
            {"RouteTableId": "rtb-1", "DestinationCidrBlock": "0.0.0.0/0"},
        ),
        (
            "AWS::Logs::LogGroup",
            "logs",
            {"describe_log_groups": {"logGroups": [{"logGroupName": "it-and-more"}]}},
            {},
        ),
        (
            "AWS::ECS::ClusterCapacityProviderAssociations",
            "ecs",
            {"describe_clusters": {"clusters": [{"capacityProviders": []}]}},
            {},
        ),
        (
            "AWS::KMS::Alias",
            "kms",
            {"list_aliases": {"Aliases": [{"AliasName": "alias/other"}]}},
            {},
        ),
        (
            "AWS::SNS::TopicPolicy",
            "sns",
            {"get_topic_attributes": {"Attributes": {"TopicArn": "t"}}},
            {"Topics": ["t"]},
        ),
    ],
)
def test_what_only_resembles_it_is_not_it(resource_type, service, answers, properties):
    clients = deployed({"It": (resource_type, "it", properties)}, **{service: Service(answers)})
    assert [each.status for each in inspected(clients)] == [ResourceStatus.MISSING]


def test_a_template_that_was_handed_over_as_yaml():
    clients = deployed({"Api": ("AWS::ApiGatewayV2::Stage", "s", {})})
    clients["cloudformation"].answers["get_template"]["TemplateBody"] = (
        "Resources:\n  Api:\n    Properties:\n      ApiId: 1\n      StageName: $default\n"
        "      When: 2012-10-17\n"
    )
    clients["apigatewayv2"] = Service({"get_stage": {"StageName": "$default"}})
    assert [each.status for each in inspected(clients)] == [ResourceStatus.REAL]
    assert clients["apigatewayv2"].calls == [("get_stage", {"ApiId": "1", "StageName": "$default"})]


def test_metadata_is_no_resource():
    assert inspected(deployed({"CDKMetadata": ("AWS::CDK::Metadata", "m", {})})) == ()


def test_outputs_of_the_apps_stacks_and_no_others():
    stacks = list(deployed_stacks(deployed({}), PATHS))
    assert [(stack.name, stack.outputs) for stack in stacks] == [
        ("dev-Api", {"Endpoint": "http://x"})
    ]


def test_the_users_aws_configuration_is_not_read(monkeypatch, tmp_path):
    (tmp_path / "config").write_text("[default]\nendpoint_url = https://elsewhere\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    monkeypatch.setenv("AWS_ENDPOINT_URL_IAM", "https://elsewhere")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:1")
    credentials = Credentials(endpoint="http://127.0.0.1:1", account="123456789012", secret="s")
    clients = LocalClients(credentials, region="us-east-1")
    client = clients["iam"]
    assert client.meta.endpoint_url == "http://127.0.0.1:1"
    assert client.meta.config.proxies == {}
    assert clients["iam"] is client
