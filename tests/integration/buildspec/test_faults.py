"""Faults done to a real build: each is told, and leaves nothing half done behind."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from serverless_containers.plan.buildspec import BuildspecImage, BuildspecOptions
from tests.support.container_engine import HOST
from tests.support.pipeline_run import BASE, LOG, definitions
from tests.support.thorough import thoroughly

pytestmark = pytest.mark.local


def failed(pipeline, run):
    """A failed run left nothing behind to deploy; what it told CloudFormation."""
    assert not run.succeeded
    assert run.artifacts == {}
    assert "IMAGE_TAG" not in run.exported
    (signal,) = pipeline.handle.signals
    assert signal["Status"] == "FAILURE"
    assert LOG in signal["Reason"]
    return signal["Reason"]


def test_a_dockerfile_that_fails(two):
    (two.source / "imagedefinitions.json").write_text("[]")
    (two.source / "worker" / "Dockerfile").write_text(
        f"FROM {BASE}\nRUN echo 'a \"quoted\" \\ cause' >&2; false\n"
    )
    run = two.run()
    reason = failed(two, run)
    assert reason.startswith(
        "service worker failed (exit status 1): docker build --tag "
        f"{HOST}/{two.repositories[1]}:a1 "
    )
    assert 'a "quoted" \\ cause' in reason  # the instruction, which Docker's last line shows
    assert "docker push" not in run.log
    assert two.tags(1) == two.tags(2) == {}


def test_a_registry_that_refuses_pushes(two, engine):
    engine.front.fault = lambda method, path: (
        "refuse" if method == "POST" and "/uploads/" in path else None
    )
    reason = failed(two, two.run())
    assert ": docker push " in reason
    assert "denied" in reason
    assert two.tags(1) == {}


@pytest.mark.thorough
def test_a_registry_that_vanishes_in_the_middle(two, engine):
    second = f"/v2/{two.repositories[1]}/manifests/a1"
    engine.front.fault = lambda method, path: (
        "vanish" if method == "PUT" and path == second else None
    )
    reason = failed(two, two.run())
    assert reason.startswith("service w")
    assert ": docker push " in reason
    assert "a1" not in two.tags(2)
    assert "latest" not in two.tags(1)


def test_a_wrong_password_for_the_registry(two):
    two.aws.password = "expired"
    assert failed(two, two.run()).startswith(
        f"the build failed (exit status 1): docker login {HOST}."
    )


def test_credential_helpers_of_the_project_are_not_asked_for_the_registry(two):
    helpers = {"credsStore": "none-such", "credHelpers": {HOST: "none-such"}}
    setting = f"echo '{json.dumps(helpers)}' > ~/.docker/config.json"
    run = two.run(BuildspecOptions(before_build=("mkdir -p ~/.docker", setting)))
    assert run.succeeded, run.log
    assert set(two.tags(1)) == {"a1", "latest"}


def test_no_permission_to_ask(two):
    two.aws.failing = lambda call: call[0] == "ecr"
    reason = failed(two, two.run())
    assert reason.startswith("service web failed (exit status 254): aws ecr batch-get-image ")


def test_no_permission_to_log_in(two):
    two.aws.failing = lambda call: call[1] == "get-login-password"
    reason = failed(two, two.run())
    assert reason.startswith("the build failed (exit status 254): aws ecr get-login-password.")


@pytest.mark.thorough
def test_not_even_the_stack_can_be_asked_for(two):
    two.aws.failing = lambda _: True
    assert "aws cloudformation describe-stacks" in failed(two, two.run())


def test_the_running_images_cannot_be_found(two):
    two.has_cluster()
    two.aws.failing = lambda call: call[0] == "ecs"
    run = two.run()
    assert "aws ecs describe-services --cluster main" in failed(two, run)
    assert two.tags(1) == {}  # nothing is pushed while what runs is not safe


def test_a_missing_context(two):
    two.builds[1] = BuildspecImage(service="worker", context="gone", dockerfile="gone/Dockerfile")
    reason = failed(two, two.run())
    assert reason.startswith("service worker failed")
    assert "gone" in reason


def test_a_repository_that_is_missing(two, engine):
    engine.front.repositories.discard(two.repositories[1])
    assert "batch-get-image" in failed(two, two.run())


def test_a_variable_that_is_missing(two):
    run = two.run(SOURCE_TAG="")
    assert "choosing a tag" in failed(two, run)


@pytest.mark.parametrize("when", ["before_build", *thoroughly("after_build", "scan")])
def test_a_command_of_the_project_that_fails(two, when):
    run = two.run(BuildspecOptions(**{when: ("echo no; exit 3", "echo never reached")}))
    reason = failed(two, run)
    assert "failed (exit status 3): the command " in reason
    assert "echo no; exit 3" in reason
    assert "never reached\n" not in run.log
    assert two.tags(1) == {}


def test_a_failure_that_nobody_waits_for(two):
    two.stack_is("UPDATE_COMPLETE")
    run = two.run(BuildspecOptions(after_build=("false",)))
    assert not run.succeeded
    assert two.handle.signals == []
    told = "the build failed (exit status 1): the command after the build: false"
    assert f"FAILED: {told}. Log: {LOG}" in run.log


def test_a_wait_condition_that_is_gone(two):
    two.handle.gone = True
    run = two.run()
    assert run.succeeded, run.log
    assert "could not be told" in run.log
    assert definitions(run)


@pytest.mark.parametrize("name", ["$(touch pwned)", *thoroughly("-rf", 'a"b\\')])
def test_a_service_name_that_a_shell_would_misread(two, name):
    two.builds[0] = BuildspecImage(service=name, context="web", dockerfile="web/Dockerfile")
    two.has_cluster()
    run = two.run()
    assert run.succeeded, run.log
    assert [each["name"] for each in definitions(run)] == [name, "worker"]
    assert not list(two.folder.rglob("pwned"))


def test_a_tag_that_another_build_pushes_meanwhile(two, engine):
    other = f"{HOST}/{two.repositories[0]}:other"
    engine.docker("tag", BASE, other)
    engine.docker("push", other)
    theirs = two.tags(1)["other"]
    path = f"/v2/{two.repositories[0]}/manifests/a1"

    def overtake(method, requested):
        if method == "PUT" and requested == path and "a1" not in two.tags(1):
            two.images.copy(two.repositories[0], "other", "a1")

    engine.front.fault = overtake
    run = two.run()
    assert run.succeeded, run.log
    assert "has been pushed by another build" in run.log
    assert two.tags(1)["a1"] == two.tags(1)["latest"] == theirs


def test_a_second_build_at_once(two):
    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda _: two.run(), range(2)))
    for run in runs:
        assert run.succeeded, run.log
    assert definitions(runs[0]) == definitions(runs[1])
    for number in (1, 2):
        tags = two.tags(number)
        assert set(tags) == {"a1", "latest"}
        assert tags["a1"] == tags["latest"]
