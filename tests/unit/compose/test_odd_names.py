"""Names that no file system takes, and values that are nobody's business."""

import pytest

from serverless_containers.compose import load_project
from serverless_containers.findings import Findings

LONG = "x" * 300


def found(folder, text, **options):
    (folder / "compose.yaml").write_text(text)
    findings = Findings()
    load_project(folder, findings=findings, **options)
    return [str(finding) for finding in findings]


@pytest.mark.parametrize("key", ["env_file", "label_file"])
def test_a_file_name_that_is_too_long_is_a_missing_file(tmp_path, key):
    (message,) = found(tmp_path, f"services: {{web: {{image: x, {key}: {LONG}}}}}")
    assert f"services.web.{key}[0]: {LONG} does not exist" in message


def test_an_environment_of_such_a_name_is_none(tmp_path):
    (message,) = found(tmp_path, "services: {web: {image: x}}", environment=LONG)
    assert message.startswith("environment: expected letters, digits and _.- after a letter")


@pytest.mark.parametrize("value", ["NAME =hunter2", "NAME=${hunter2!}"])
def test_no_value_of_a_variable_is_repeated(tmp_path, value):
    (message,) = found(tmp_path, f"services: {{web: {{image: x, environment: ['{value}']}}}}")
    assert "hunter2" not in message
