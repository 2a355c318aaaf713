"""The library in an app that installs it alone, and its distributions in clean environments."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email import message_from_string
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
CONSUMER = ROOT / "examples" / "consumer"
VERSIONS = ("3.11", "3.12", "3.13")
"""The versions of Python that a release is for."""
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def test_it_synthesizes_from_its_own_folder(tmp_path):
    result = subprocess.run(
        [sys.executable, "app.py"],
        cwd=CONSUMER,
        env={**os.environ, "CDK_OUTDIR": str(tmp_path), "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    template = json.loads((tmp_path / "consumer-shop.template.json").read_text())
    kinds = [resource["Type"] for resource in template["Resources"].values()]
    # two APIs, one network and one cluster
    assert kinds.count("AWS::ApiGatewayV2::Api") == 2
    assert kinds.count("AWS::ECS::Service") == 2
    assert kinds.count("AWS::EC2::VPC") == 1
    assert kinds.count("AWS::ECS::Cluster") == 1


@pytest.fixture(scope="module")
def dist(tmp_path_factory):
    """The folder of the source distribution and of the wheel that is built of it."""
    folder = tmp_path_factory.mktemp("dist")
    # `build` makes the wheel of what the source distribution holds.
    subprocess.run([sys.executable, "-m", "build", "-o", folder, ROOT], check=True, env=CLEAN)
    return folder


def test_the_wheel_holds_the_package_and_nothing_that_shadows_another(dist):
    (wheel,) = dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"serverless_containers"}
    package = ROOT / "constructs/serverless_containers"
    assert set(names) - {name for name in names if ".dist-info/" in name} == {
        f"serverless_containers/{file.relative_to(package).as_posix()}"
        for file in package.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }


def test_the_source_distribution_holds_what_the_wheel_is_built_of(dist):
    (archive,) = dist.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    assert {name for name in names if not name.startswith("constructs/")} == {
        ".gitignore", "CHANGELOG.md", "LICENSE", "PKG-INFO", "README.md", "pyproject.toml",
    }  # fmt: skip


def test_its_metadata_are_those_of_a_release(dist):
    (wheel,) = dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [each for each in archive.namelist() if each.endswith(".dist-info/METADATA")]
        metadata = message_from_string(archive.read(name).decode())
        licenses = [each for each in archive.namelist() if each.endswith("licenses/LICENSE")]
    assert licenses
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Description-Content-Type"] == "text/markdown"
    version = metadata["Version"]
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text()
    tested = {
        each.rpartition(" ")[2]
        for each in metadata.get_all("Classifier")
        if each.startswith("Programming Language :: Python :: 3.")
    }
    assert tested == set(VERSIONS)
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text())
    assert set(workflow["jobs"]["test"]["strategy"]["matrix"]["python"]) == set(VERSIONS)


@pytest.fixture(scope="module")
def installed(request, dist, tmp_path_factory):
    """A virtual environment with the wheel and what it asks for, and nothing else."""
    folder = tmp_path_factory.mktemp("installed")
    python = interpreter(request.param)
    if python is None:
        pytest.skip(f"there is no Python {request.param}")
    (wheel,) = dist.glob("*.whl")
    constraints = ["-c", ROOT / "constraints.txt", "-c", pins(folder)]
    subprocess.run([python, "-m", "venv", folder / "venv"], check=True, env=CLEAN)
    pip = [folder / "venv/bin/python", "-m", "pip", "--disable-pip-version-check"]
    subprocess.run(
        [*pip, "install", "--quiet", "--no-compile", *constraints, wheel], check=True, env=CLEAN
    )
    subprocess.run([*pip, "check"], check=True, env=CLEAN)

    def run(*arguments):
        return subprocess.run(
            [folder / "venv/bin/serverless-containers", *arguments],
            cwd=ROOT / "container_src",
            env={"HOME": str(folder), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def shop():
        below = folder / "app/shop"
        below.mkdir(parents=True)
        (below / "compose.yaml").write_text(
            "services: {web: {image: 'nginx:1.29', ports: ['80']}}\n"
        )
        return below

    run.shop = shop
    return run


@pytest.mark.thorough
@pytest.mark.parametrize("installed", VERSIONS, indirect=True)
def test_the_command_works_without_extras(installed):
    with (ROOT / "pyproject.toml").open("rb") as file:
        version = tomllib.load(file)["project"]["version"]
    assert installed("--version").stdout == f"serverless-containers, version {version}\n"
    checked = installed("check")
    assert checked.returncode == 0, checked.stderr
    assert checked.stdout.endswith(" notes\n")
    assert json.loads(installed("check", "--format", "sarif").stdout)["version"] == "2.1.0"
    assert "\nservices:\n" in installed("config").stdout
    assert json.loads(installed("explain", "--format", "json").stdout)
    shop = installed.shop()
    made = installed("init", shop, "--yes", "--api", "--output", shop.parent / "cdk")
    assert made.returncode == 0, made.stderr
    library = (shop.parent / "cdk/requirements.txt").read_text()
    assert "serverless-containers @ file:///" in library
    # Its packages are there; what is not is an AWS to ask.
    asked = installed("secrets", "list")
    assert asked.stderr == (
        "Error: there is no AWS region; name one with --region, or set AWS_REGION\n"
    )
    for command in (["check", "--detect-secrets"], ["local"]):
        lacking = installed(*command)
        assert lacking.returncode
        extra = "local" if command == ["local"] else "detect"
        assert f"pip install 'serverless-containers[{extra}] @ file:///" in lacking.stderr


def interpreter(version):
    """The path of a Python of a version, on the path or among pyenv's; None if there is none."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for python in (
        sys.executable,
        shutil.which(f"python{version}"),
        *sorted(pyenv.glob(f"versions/{version}.*/bin/python")),
    ):
        code = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
        if python is not None:
            said = subprocess.run(
                [python, "-c", code], capture_output=True, text=True, check=False
            ).stdout
            if said.strip() == version:
                return python
    return None


def pins(folder):
    """The pins of requirements.txt as constraints, which name no extras and no folders."""
    file = folder / "pins.txt"
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    file.write_text("\n".join(line for line in lines if "==" in line))
    return file
