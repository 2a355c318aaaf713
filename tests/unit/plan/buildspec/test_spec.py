import pytest
import yaml

from serverless_containers.plan import Architecture
from serverless_containers.plan.buildspec import (
    BuildspecImage,
    BuildspecOptions,
    RegistryLogin,
    make_buildspec,
    to_yaml,
)
from serverless_containers.plan.buildspec.model import Exported, Variable

WEB = BuildspecImage(service="web", context="web", dockerfile="web/Dockerfile")
NAMES = ("web", "worker")


def script(builds, **options):
    return make_buildspec(builds, BuildspecOptions(**options))["phases"]["pre_build"]["commands"][1]


def test_the_frame():
    spec = make_buildspec([WEB], BuildspecOptions())
    assert spec["version"] == "0.2"
    assert spec["env"]["exported-variables"] == ["IMAGE_TAG", "OWNER"]
    assert spec["artifacts"] == {"files": ["imagedefinitions.json"]}
    assert list(spec["phases"]) == ["pre_build", "build", "post_build"]


def test_it_is_the_same_for_the_same_arguments():
    assert make_buildspec([WEB], BuildspecOptions()) == make_buildspec([WEB], BuildspecOptions())


def test_yaml_is_readable_and_means_the_same():
    spec = make_buildspec([WEB], BuildspecOptions(after_build=("make test",)))
    text = to_yaml(spec)
    assert yaml.safe_load(text) == spec
    assert "\n      prepare() {\n" in text
    assert "\n              --file web/Dockerfile \\\n" in text


@pytest.mark.parametrize("text", ["tab\there", "trailing \n", "\r", "\x07", "é", " \n x"])
def test_yaml_holds_any_text(text):
    spec = make_buildspec([BuildspecImage(service="web", args={"A": text})], BuildspecOptions())
    assert yaml.safe_load(to_yaml(spec)) == spec


def test_every_variable_is_read_and_every_export_written():
    text = script([WEB])
    for name in Variable:
        assert f"${{{name}:-" in text, name
    for name in Exported:
        assert f"{name}=$" in text, name


def test_no_push_is_part_of_a_pipe():
    for line in script([WEB]).splitlines():
        if "docker push" in line or "put-image" in line:
            assert " | " not in line, line


@pytest.mark.parametrize(
    ("architecture", "platform"),
    [(Architecture.X86_64, "linux/amd64"), (Architecture.ARM64, "linux/arm64")],
)
def test_the_platform_is_the_task_s(architecture, platform):
    assert f"--platform {platform}" in script([WEB], architecture=architecture)


def test_nothing_to_build():
    with pytest.raises(ValueError, match="at least one image"):
        make_buildspec([], BuildspecOptions())


def test_two_images_for_one_service():
    with pytest.raises(ValueError, match="one image for each service, got web, web"):
        make_buildspec([WEB, WEB], BuildspecOptions())


def test_a_login_names_variables():
    login = RegistryLogin(registry="docker.io", username_variable="HUB", password_variable="a b")
    with pytest.raises(ValueError, match="name of an environment variable, got 'a b'"):
        make_buildspec([WEB], BuildspecOptions(logins=(login,)))
