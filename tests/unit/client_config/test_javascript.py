"""aws-exports.js: the exported object is found, and all around it stays."""

import json
import shutil
import subprocess

import pytest

from serverless_containers.client_config import ClientConfigError, format_of, merge_into
from serverless_containers.client_config.javascript import exported_object
from serverless_containers.toolchain import use_node

FORM = format_of("amplify-js")
URL = "https://abc123.execute-api.us-east-1.amazonaws.com"

GENERATED = """\
/* eslint-disable */
// WARNING: DO NOT EDIT. { "a": "b" }

const awsmobile = {
    "aws_project_region": "eu-central-1",
    "oauth": {},
    "aws_cloud_logic_custom": [
        {
            "name": "other",
            "endpoint": "https://other",
            "region": "eu-central-1"
        },
        {
            "name": "web",
            "endpoint": "https://old",
            "service": "lambda"
        }
    ],
    "aws_user_files_s3_bucket": "files"
};


export default awsmobile;
"""
MERGED = """\
/* eslint-disable */
// WARNING: DO NOT EDIT. { "a": "b" }

const awsmobile = {
    "aws_project_region": "eu-central-1",
    "oauth": {},
    "aws_cloud_logic_custom": [
        {
            "name": "other",
            "endpoint": "https://other",
            "region": "eu-central-1"
        },
        {
            "name": "web",
            "endpoint": "https://abc123.execute-api.us-east-1.amazonaws.com",
            "service": "lambda",
            "region": "us-east-1"
        }
    ],
    "aws_user_files_s3_bucket": "files",
    "aws_cognito_region": "eu-west-1",
    "aws_user_pools_id": "eu-west-1_AbC",
    "aws_user_pools_web_client_id": "4a1b"
};


export default awsmobile;
"""


@pytest.fixture
def with_pool(client):
    return client({"UserPoolId": "eu-west-1_AbC", "UserPoolClientId": "4a1b"})


def test_a_generated_file(with_pool, tmp_path):
    file = tmp_path / "aws-exports.js"
    file.write_text(GENERATED)
    assert merge_into(with_pool, FORM, file) == (
        f"{file}: written with API web, user pool eu-west-1_AbC with client 4a1b: "
        "added aws_cognito_region, aws_user_pools_id, aws_user_pools_web_client_id, "
        "aws_cloud_logic_custom[web].region; changed aws_cloud_logic_custom[web].endpoint"
    )
    assert file.read_text() == MERGED
    assert merge_into(with_pool, FORM, file) == (
        f"{file}: unchanged, it holds API web, user pool eu-west-1_AbC with client 4a1b"
    )
    assert file.read_text() == MERGED


@pytest.mark.parametrize(
    "text",
    [
        "export default @;",
        "module.exports = @",
        "exports.default = @;\n",
        "const a = @;\nexport default a;",
        "export default a\nvar a=@",
        "let b = {x: 1}; const a = @; module.exports = a;",
        "const b = @",
        "export const config = @;",
        "import { a } from './b';\nimport 'c';\nconst x = @\nexport { x };",
        "const s = '{'; // = {\n/* export default { */ export /* x */ default @",
        'const t = `\n= {`, u = "\\"= {";\nexport default @',
        "const t = `export default {`;\nexport default @",
        "// it's\nexport default @ // 'tis",
        "#!/usr/bin/env node\nif (a == {}) {}\nconst f = () => {};\nexport default @",
    ],
)
def test_what_is_exported(text):
    start = text.index("@")
    assert exported_object(text.replace("@", "{}")) == start
    assert exported_object(text.replace("@", '{"a": {"b": "}"}}')) == start


@pytest.mark.parametrize(
    "text",
    [
        "",
        "// nothing\n",
        "export default 1;",
        "export default make({});",
        "export default a;",
        "const a = make({}); export default a;",
        "const a = {}; const b = {};",
        "const a = {}; export default c;",
        "export { a } from './b';",
    ],
)
def test_what_exports_no_object(text):
    assert exported_object(text) is None


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("\nexport default {a: 1};", "2:17", "expecting property name enclosed in double quotes"),
        ("const a = {\n  'b': 1\n};", "2:3", "expecting property name enclosed in double quotes"),
        ('const a = {\n  "b": x\n};', "2:8", "expecting value"),
        ('export default {\n  "b": 1, // c\n};', "2:11", "expecting property name enclosed in"),
        ('export default {"b": 1,};', "1:24", "expecting property name enclosed in double quotes"),
        ('export default {"b": 1', "1:23", "expecting ',' delimiter"),
    ],
)
def test_an_object_that_is_no_json(client, tmp_path, text, place, what):
    file = tmp_path / "aws-exports.mjs"
    file.write_text(text)
    with pytest.raises(ClientConfigError) as raised:
        merge_into(client(), FORM, file)
    message = str(raised.value)
    assert message.startswith(
        f"{file}:{place}: the object that is exported must be JSON, as Amplify writes it: {what}"
    )
    assert message.endswith(
        "; correct it, or merge into an amplifyconfiguration.json, which Amplify.configure takes "
        "as well"
    )
    assert file.read_text() == text


def test_a_file_without_an_object(client, tmp_path):
    file = tmp_path / "aws-exports.js"
    file.write_text("export default make();\n")
    with pytest.raises(ClientConfigError, match="found no object that the file exports"):
        merge_into(client(), FORM, file)


def test_places_count_what_comes_before_the_object(client, tmp_path):
    file = tmp_path / "aws-exports.js"
    file.write_text('// é\nexport default {"aws_cloud_logic_custom": 1};')
    with pytest.raises(ClientConfigError) as raised:
        merge_into(client(), FORM, file)
    assert str(raised.value) == (
        f"{file}:2:43: aws_cloud_logic_custom: expected a list, got a number; correct it, or "
        "remove it to have it written anew"
    )


def test_node_reads_what_was_written(with_pool, tmp_path):
    use_node()
    node = shutil.which("node")
    assert node
    file = tmp_path / "aws-exports.mjs"
    merge_into(with_pool, FORM, file)
    file.write_text(file.read_text() + "// and a comment\n")
    merge_into(with_pool, FORM, file)
    code = f"import a from {json.dumps(str(file))}; console.log(JSON.stringify(a))"
    done = subprocess.run(
        [node, "--input-type=module", "-e", code], check=True, capture_output=True, text=True
    )
    assert json.loads(done.stdout)["aws_cloud_logic_custom"] == [
        {"name": "web", "endpoint": URL, "region": "us-east-1"}
    ]
