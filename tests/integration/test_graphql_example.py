"""The GraphQL example: an app of its own, synthesised as a user does it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
CDK = ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"
EXAMPLE = ROOT / "examples" / "graphql"
CONTAINER = EXAMPLE / "container_src"
EXPRESS = ROOT / "container_src" / "express"


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    out = tmp_path_factory.mktemp("graphql") / "out"
    # With CloudFormation's own validation, which the tests' environment turns off.
    environ = {name: value for name, value in os.environ.items() if name != "CDK_VALIDATION"}
    result = subprocess.run(
        [os.environ["JSII_NODE"], CDK, "synth", "--quiet", "--output", out,
         "--app", f"{sys.executable} app.py"],
        cwd=EXAMPLE, env={**environ, "PYTHONPATH": ""}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    return json.loads((out / "graphql-notes.template.json").read_text())


def of_type(template, kind):
    return {
        name: resource.get("Properties", {})
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    }


def the_only(template, kind):
    ((name, properties),) = of_type(template, kind).items()
    return name, properties


@pytest.fixture
def container(template):
    """The container that the Dockerfile became; the other one delays the stop of a task."""
    _, task = the_only(template, "AWS::ECS::TaskDefinition")
    (found,) = (each for each in task["ContainerDefinitions"] if each["Name"] != "stop-delay")
    return found


def test_the_dockerfile_says_port_and_health_check(container):
    assert container["PortMappings"] == [{"ContainerPort": 8080, "Protocol": "tcp"}]
    assert container["HealthCheck"]["Command"] == ["CMD", "node", "/app/src/healthcheck.js"]
    assert container["HealthCheck"]["Timeout"] == 5


def test_the_container_is_told_the_table_and_nothing_else(template, container):
    table, properties = the_only(template, "AWS::DynamoDB::Table")
    assert container["Environment"] == [
        {"Name": "STORAGE_NOTES_ARN", "Value": {"Fn::GetAtt": [table, "Arn"]}},
        {"Name": "STORAGE_NOTES_NAME", "Value": {"Ref": table}},
    ]
    # What src/notes.js and scripts/create-table.js take for granted.
    assert properties["KeySchema"] == [{"AttributeName": "id", "KeyType": "HASH"}]
    assert properties["AttributeDefinitions"] == [{"AttributeName": "id", "AttributeType": "S"}]


def test_the_task_may_do_what_the_store_does_on_this_table_alone(template):
    table, _ = the_only(template, "AWS::DynamoDB::Table")
    _, task = the_only(template, "AWS::ECS::TaskDefinition")
    role = task["TaskRoleArn"]["Fn::GetAtt"][0]
    statements = [
        statement
        for policy in of_type(template, "AWS::IAM::Policy").values()
        if policy["Roles"] == [{"Ref": role}]
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    (denied,) = (each for each in statements if each["Effect"] == "Deny")
    assert denied["Sid"] == "NotesAreWrittenOneByOne"  # From custom-policies.json.
    assert denied["Action"] == "dynamodb:BatchWriteItem"
    statements.remove(denied)
    actions = {action for statement in statements for action in statement["Action"]}
    assert actions >= {
        f"dynamodb:{name}Item" for name in ("Get", "Put", "Update", "Delete")
    } | {"dynamodb:Scan"}  # fmt: skip
    assert all(action.startswith("dynamodb:") for action in actions)
    for statement in statements:
        resources = statement["Resource"]
        for resource in resources if isinstance(resources, list) else [resources]:
            assert resource == {"Fn::GetAtt": [table, "Arn"]}


def test_users_of_the_pool_alone_reach_the_container(template):
    pool, _ = the_only(template, "AWS::Cognito::UserPool")
    client, properties = the_only(template, "AWS::Cognito::UserPoolClient")
    assert properties["UserPoolId"] == {"Ref": pool}
    name, authorizer = the_only(template, "AWS::ApiGatewayV2::Authorizer")
    assert authorizer["JwtConfiguration"]["Audience"] == [{"Ref": client}]
    routes = {
        route["RouteKey"]: (route["AuthorizationType"], route.get("AuthorizerId"))
        for route in of_type(template, "AWS::ApiGatewayV2::Route").values()
    }
    assert routes == {
        "$default": ("JWT", {"Ref": name}),
        "OPTIONS /": ("NONE", None),
        "OPTIONS /{proxy+}": ("NONE", None),
    }


def test_a_web_site_may_send_what_amplify_sends(template):
    _, api = the_only(template, "AWS::ApiGatewayV2::Api")
    assert api["CorsConfiguration"] == {
        "AllowOrigins": ["http://localhost:5173"],
        "AllowMethods": ["POST"],
        "AllowHeaders": ["authorization", "content-type", "x-amz-user-agent"],
    }


def test_requests_are_throttled(template):
    _, stage = the_only(template, "AWS::ApiGatewayV2::Stage")
    assert stage["DefaultRouteSettings"] == {
        "ThrottlingRateLimit": 50,
        "ThrottlingBurstLimit": 100,
    }


def test_a_pipeline_builds_the_image_that_runs(template, container):
    the_only(template, "AWS::CodePipeline::Pipeline")
    the_only(template, "AWS::CodeBuild::Project")
    repository, _ = the_only(template, "AWS::ECR::Repository")
    *_, reference, tag = container["Image"]["Fn::Join"][1]
    assert reference == {"Ref": repository}
    assert re.fullmatch(r":[0-9a-f]{12}", tag)


def test_of_a_deleted_stack_artifacts_and_the_logs_of_tasks_and_builds_alone_stay(template):
    kept = {
        resource["Type"]
        for resource in template["Resources"].values()
        if "Retain" in resource.get("DeletionPolicy", "")
    }
    assert kept == {"AWS::Logs::LogGroup", "AWS::S3::Bucket"}


def test_the_outputs_are_what_the_readme_asks_for(template):
    outputs = template["Outputs"]
    assert set(outputs) == {
        "GraphqlUrl", "PipelineConsole", "ApiName", "Url", "Region", "AuthorizationType",
        "UserPoolId", "UserPoolClientId",
    }  # fmt: skip
    api, _ = the_only(template, "AWS::ApiGatewayV2::Api")
    assert outputs["GraphqlUrl"]["Value"] == {
        "Fn::Join": ["", [{"Fn::GetAtt": [api, "ApiEndpoint"]}, "/graphql"]]
    }
    named = set(re.findall(r"<([A-Z]\w+)>", (EXAMPLE / "README.md").read_text()))
    assert named
    assert named <= set(outputs)


def test_the_lock_file_fits_and_names_no_registry():
    text = (CONTAINER / "package-lock.json").read_text()
    assert "resolved" not in text
    assert "http://" not in text
    assert "https://" not in text
    wanted = json.loads((CONTAINER / "package.json").read_text())["dependencies"]
    locked = json.loads(text)["packages"]
    assert locked[""]["dependencies"] == wanted
    assert all(locked[f"node_modules/{name}"]["version"] == wanted[name] for name in wanted)


def test_the_sdk_is_that_of_the_sample_application():
    ours, theirs = (
        json.loads((folder / "package.json").read_text())["dependencies"]
        for folder in (CONTAINER, EXPRESS)
    )
    shared = {"@aws-sdk/client-dynamodb", "@aws-sdk/lib-dynamodb"}
    assert {name: ours[name] for name in shared} == {name: theirs[name] for name in shared}


@pytest.mark.parametrize(
    "file", ["src/log.js", "src/shutdown.js", "src/healthcheck.js", "src/dynamodb.js"]
)
def test_what_both_servers_share_stays_the_same(file):
    assert (CONTAINER / file).read_text() == (EXPRESS / file).read_text()
