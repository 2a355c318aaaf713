"""``client-config``: its output, its files and its messages are a contract."""

import json

import pytest

from serverless_containers.cli import client_config as client_config_module

URL = "https://abc123.execute-api.us-east-1.amazonaws.com"
API = {"ApiName": "web", "Url": URL, "Region": "us-east-1", "AuthorizationType": "NONE"}
POOL = {
    "AuthorizationType": "AMAZON_COGNITO_USER_POOLS",
    "UserPoolId": "eu-west-1_AbC",
    "UserPoolClientId": "4a1b",
}
CALL = f"""\
// web: {URL}/graphql
// To be called after Amplify.configure with all the rest.
const config = Amplify.getConfig();
Amplify.configure({{
  ...config,
  API: {{
    ...config.API,
    GraphQL: {{
      endpoint: "{URL}/graphql",
      region: "us-east-1",
      defaultAuthMode: "none",
    }},
  }},
}});
"""


@pytest.fixture
def configure(run):
    """Runs the command with the outputs of an API's stack."""

    def configure(*arguments, outputs=None, output_format="amplify-js"):
        run.write("outputs.json", json.dumps(outputs or {"dev": API}))
        return run(
            "client-config", "--outputs", "outputs.json", "--format", output_format, *arguments
        )

    configure.folder = run.folder
    configure.write = run.write
    return configure


def test_it_is_listed(run):
    assert "client-config" in run("--help").stdout


@pytest.mark.parametrize(
    ("output_format", "begins", "ends"),
    [
        ("amplify-js", 'const awsExports = {\n  "aws_p', "};\n\nexport default awsExports;\n"),
        ("amplify-native", '{\n  "api": {\n', "\n}\n"),
        ("amplify-outputs", '{\n  "version": "1.4",\n', "\n}\n"),
        ("env", f"API_NAME=web\nAPI_URL={URL}\n", "\nAPI_AUTHORIZATION_TYPE=NONE\n"),
    ],
)
def test_to_standard_output(configure, output_format, begins, ends):
    done = configure(output_format=output_format)
    assert (done.exit_code, done.stdout[: len(begins)]) == (0, begins)
    assert done.stdout.endswith(ends)
    assert not done.stdout.endswith("\n\n")


def test_messages_keep_away_from_a_document(configure):
    done = configure(outputs={"dev": {**API, **POOL}}, output_format="amplify-outputs")
    json.loads(done.stdout)
    assert [line.partition(" ")[0] for line in done.stderr.splitlines()] == ["note:", "note:"]
    assert configure(output_format="amplify-native").stderr == ""


@pytest.mark.parametrize("option", ["--merge", "--output", "-o"])
def test_to_a_file(configure, option):
    done = configure(option, "src/aws-exports.json")
    assert done.exit_code == 1
    (configure.folder / "src").mkdir()
    done = configure(option, "src/aws-exports.json")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == "src/aws-exports.json: written with API web\n"
    assert json.loads((configure.folder / "src/aws-exports.json").read_text()) == {
        "aws_project_region": "us-east-1",
        "aws_cloud_logic_custom": [{"name": "web", "endpoint": URL, "region": "us-east-1"}],
    }


def test_merging(configure):
    file = configure.write("a.json", '{"aws_cloud_logic_custom": [{"name": "b"}], "x": 1}')
    done = configure("--merge", "a.json", outputs={"dev": {**API, **POOL}})
    assert done.stdout.splitlines()[0] == (
        "a.json: written with API web, user pool eu-west-1_AbC with client 4a1b: added "
        "aws_project_region, aws_cognito_region, aws_user_pools_id, aws_user_pools_web_client_id, "
        "aws_cloud_logic_custom[web]"
    )
    assert done.stdout.splitlines()[1].startswith("note: Amplify for JavaScript sends no token")
    assert (done.exit_code, done.stderr) == (0, "")
    merged = file.read_text()
    assert [each["name"] for each in json.loads(merged)["aws_cloud_logic_custom"]] == ["b", "web"]
    done = configure("--merge", "a.json", outputs={"dev": {**API, **POOL}})
    assert done.stdout.startswith("a.json: unchanged, it holds API web, user pool ")
    assert file.read_text() == merged


def test_a_file_is_overwritten_on_demand(configure):
    file = configure.write("a.json", "{}")
    done = configure("--output", "a.json")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        "Error: a.json exists; --merge a.json keeps what else is in it, --force overwrites it\n"
    )
    assert file.read_text() == "{}"
    assert configure("--output", "a.json", "--force").exit_code == 0
    assert "web" in file.read_text()


def test_stacks_and_names(configure):
    outputs = {"dev": API, "prod": {**API, "Url": "https://prod"}, "net": {}}
    assert configure(outputs=outputs).stderr == (
        "Error: outputs.json: several stacks are APIs: dev, prod; choose with --stack NAME, which "
        "may be given several times\n"
    )
    done = configure("--stack", "prod", outputs=outputs, output_format="env")
    assert "API_URL=https://prod\n" in done.stdout
    done = configure("--stack", "prod", "--name", "p q", outputs=outputs, output_format="env")
    assert "API_NAME='p q'\n" in done.stdout
    both = ("--stack", "dev", "--stack", "prod")
    done = configure(*both, outputs=outputs, output_format="amplify-native")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "--name" in done.stderr
    done = configure(
        *both, "--name", "d", "--name", "p", outputs=outputs, output_format="amplify-native"
    )
    apis = json.loads(done.stdout)["api"]["plugins"]["awsAPIPlugin"]
    assert {name: api["endpoint"] for name, api in apis.items()} == {"d": URL, "p": "https://prod"}


def test_no_stack_at_all_is_no_wish_for_the_default(configure):
    done = configure("--stack", "")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "it is empty; leave the option out for the default" in done.stderr


def test_a_prefix(configure):
    done = configure("--prefix", "NEXT_PUBLIC_", output_format="env")
    assert done.stdout.splitlines()[0] == "NEXT_PUBLIC_API_NAME=web"


def test_graphql_is_a_call_to_make(configure):
    done = configure("--api-type", "graphql")
    assert (done.exit_code, done.stdout, done.stderr) == (0, CALL, "")
    done = configure("--api-type", "graphql", "--path", "/v1/query")
    assert done.stdout == CALL.replace("/graphql", "/v1/query")


@pytest.mark.parametrize("option", ["--merge", "--output"])
def test_graphql_with_a_file(configure, option):
    done = configure("--api-type", "graphql", option, "a.json")
    assert done.stdout == f"a.json: not written, there is nothing but the endpoint\n{CALL}"
    assert not (configure.folder / "a.json").exists()
    restricted = {"dev": {**API, **POOL}}
    done = configure("--api-type", "graphql", option, "a.json", outputs=restricted)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == (
        "a.json: written with user pool eu-west-1_AbC with client 4a1b\n"
        + CALL.replace('"none"', '"userPool"')
    )
    written = json.loads((configure.folder / "a.json").read_text())
    assert written["aws_user_pools_id"] == "eu-west-1_AbC"
    assert "aws_cloud_logic_custom" not in written


def test_to_variables_a_graphql_endpoint_is_a_url_as_any_other(configure):
    done = configure("--api-type", "graphql", output_format="env")
    assert f"API_URL={URL}/graphql\n" in done.stdout
    assert done.stderr == CALL
    done = configure("--api-type", "graphql", "--merge", ".env", output_format="env")
    assert done.stdout == f".env: written with API web\n{CALL}"
    assert f"API_URL={URL}/graphql\n" in (configure.folder / ".env").read_text()


def test_amplify_has_one_graphql_endpoint(configure):
    two = {"a": API, "b": {**API, "ApiName": "b"}}
    done = configure("--api-type", "graphql", "--stack", "a", "--stack", "b", outputs=two)
    assert done.stderr == "Error: Amplify has one GraphQL endpoint, got 2; name one --stack\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--merge", "a.json", "--output", "b.json"), "--merge and --output exclude each other"),
        (("--force",), "--force goes with --output"),
        (("--merge", "a.json", "--force"), "--force goes with --output"),
        (("--prefix", "VITE_"), "--prefix goes with --format env"),
        (("--path", "/x"), "--path goes with --api-type graphql"),
        (("--api-type", "graphql", "--path", "x"), "--path: expected the path of a URL, as in"),
        (("--api-type", "graphql", "--path", '/"'), "--path: expected the path of a URL, as in"),
        (("--name", ""), "--name: expected printable characters, got ''"),
        (("--name", "a\nb"), "--name: expected printable characters, got 'a\\nb'"),
        (("--format", "env", "--prefix", "A-"), "--prefix: expected letters, digits and under"),
        (("--stack", "x"), "outputs.json: has no outputs of 'x'; name one of its stacks: dev"),
        (("--outputs", "x.json"), "x.json does not exist; write it with cdk deploy 'dev/*' --outp"),
        (("--outputs", "."), ". cannot be read (Is a directory)"),
        (("-o", "a.ts"), "expected a file that ends in .js or .mjs or .json, got 'a.ts'"),
    ],
)
def test_an_error_is_one_message(configure, arguments, message):
    done = configure(*arguments)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: {message}")
    assert done.stderr.count("\n") == 1
    assert [file.name for file in configure.folder.iterdir()] == ["outputs.json"]


@pytest.mark.parametrize(
    "arguments", [(), ("--format", "env"), ("--outputs", "x", "--format", "y")]
)
def test_wrong_usage(run, arguments):
    done = run("client-config", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")


def test_outputs_that_are_no_json(run):
    run.write("outputs.json", '{"dev":\n  {"Url" "x"}}')
    done = run("client-config", "--outputs", "outputs.json", "--format", "env")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        "Error: outputs.json:2:10: expected JSON: expecting ':' delimiter; write it anew: cdk "
        "deploy --outputs-file FILE\n"
    )


@pytest.mark.parametrize("name", ["x" * 5000, "a/" * 3000, "\udcff", "", "\udcff.json", "é.json"])
@pytest.mark.parametrize("option", ["--outputs", "--merge", "-o", "--stack", "--name", "--prefix"])
def test_any_name_is_answered(configure, option, name):
    done = configure(option, name)
    assert isinstance(done.exception, SystemExit | None)
    assert "defect" not in done.stderr


def test_a_defect_is_told_without_a_traceback(configure, monkeypatch):
    monkeypatch.setattr(client_config_module, "to_client_config", lambda *_: 1 / 0)
    done = configure()
    assert done.exit_code == 1
    assert "this is a defect of serverless-containers (ZeroDivisionError)" in done.stderr
    assert "Traceback" not in done.output
