"""A pipeline signals its build's wait condition, and says that nothing was built."""

import json

import pytest

from serverless_containers.local.patches.pipelines import NOTE, TYPE, UNIQUE_ID
from serverless_containers.local.resource_types.recorded import RECORDS
from tests.support.local_ministack import private

WAITS = "ministack.services.cloudformation.wait_conditions"
PROJECT = "AWS::CodeBuild::Project"


@pytest.fixture
def handle(handlers):  # noqa: ARG001  # the patched MiniStack
    made = []

    def making():
        url, token = private(f"{WAITS}:register_handle")("stack-id")
        made.append(url)
        return url, token

    yield making
    for url in made:
        private(f"{WAITS}:discard_handle")(url)


@pytest.fixture
def project(act):
    made = []

    def making(name="build", **variables):
        environment = {
            "Type": "ARM_CONTAINER",
            "EnvironmentVariables": [
                {"Name": key, "Type": "PLAINTEXT", "Value": value}
                for key, value in variables.items()
            ],
        }
        props = {"Name": name, "Environment": environment}
        if made:
            act("update", PROJECT, name, {}, props, "stack")
        else:
            made.append(act("create", PROJECT, "Build", props, "stack")[0])

    yield making
    for name in made:
        act("delete", PROJECT, name, {})


@pytest.fixture
def create(act):
    made = []

    def making(props):
        made.append(act("create", TYPE, "Pipeline", props, "stack")[0])
        return made[-1]

    yield making
    for name in made:
        act("delete", TYPE, name, {})


def action(category="Build", provider="CodeBuild", **configuration):
    return {
        "ActionTypeId": {"Category": category, "Provider": provider},
        "Configuration": configuration or {"ProjectName": "build"},
    }


def pipeline(*actions, **more):
    source = action("Source", "S3", S3ObjectKey="source.zip")
    build = {"Name": "Build", "Actions": list(actions) or [action()]}
    return {"Stages": [{"Name": "Source", "Actions": [source]}, build], **more}


def wait(token, **more):
    """What CloudFormation gets to know, without waiting for what is not there."""
    arguments = {"count": 1, "timeout_s": 0} | more
    kind = "AWS::CloudFormation::WaitCondition"
    return private(f"{WAITS}:wait_for")(token, "stack-id", "stack", "Built", kind, **arguments)


def note(name):
    return RECORDS[TYPE, name].note


def test_a_new_pipeline_signals_the_tag_and_says_that_nothing_was_built(create, handle, project):
    url, token = handle()
    project(WAIT_HANDLE_URL=url, SOURCE_TAG="abc123")
    name = create(pipeline())
    assert wait(token) == {UNIQUE_ID: "abc123"}
    assert note(name) == NOTE


@pytest.mark.parametrize("restarts", [True, "true"])
def test_a_pipeline_that_restarts_signals_what_its_project_names_now(
    act, create, handle, project, restarts
):
    (first, _), (second, token) = handle(), handle()
    project(WAIT_HANDLE_URL=first, SOURCE_TAG="one")
    old = pipeline()
    name = create(old)
    project(WAIT_HANDLE_URL=second, SOURCE_TAG="two")
    new = pipeline(RestartExecutionOnUpdate=restarts)
    act("update", TYPE, name, old, new, "stack", "Pipeline")
    assert wait(token) == {UNIQUE_ID: "two"}
    assert note(name) == NOTE


@pytest.mark.parametrize("more", [{}, {"RestartExecutionOnUpdate": False}])
def test_a_pipeline_that_does_not_restart_signals_nothing(act, create, handle, project, more):
    url, token = handle()
    project()
    old = pipeline()
    name = create(old)
    assert note(name) == ""
    project(WAIT_HANDLE_URL=url)
    act("update", TYPE, name, old, pipeline(**more), "stack", "Pipeline")
    with pytest.raises(TimeoutError, match="Received 0 conditions when expecting 1"):
        wait(token)
    assert note(name) == NOTE


def test_a_pipeline_under_a_new_name_runs_as_a_new_one(act, create, handle, project):
    url, token = handle()
    project()
    old = pipeline()
    name = create(old)
    project(WAIT_HANDLE_URL=url)
    renamed, _ = act("update", TYPE, name, old, pipeline(Name="other"), "stack", "Pipeline")
    assert wait(token) == {UNIQUE_ID: ""}
    act("delete", TYPE, renamed, {})


@pytest.mark.parametrize(
    "actions",
    [
        [action("Test")],
        [action("Build", "Jenkins", ProjectName="build")],
        [action(ProjectName="made-elsewhere")],
    ],
)
def test_other_actions_are_no_build_of_this_stack(create, handle, project, actions):
    url, token = handle()
    project(WAIT_HANDLE_URL=url)
    name = create(pipeline(*actions))
    with pytest.raises(TimeoutError):
        wait(token)
    assert note(name) == ""


def test_each_build_of_a_pipeline_is_looked_at(create, handle, project):
    url, token = handle()
    project(WAIT_HANDLE_URL=url, SOURCE_TAG="abc123")
    create(pipeline(action(ProjectName="made-elsewhere"), action()))
    assert wait(token) == {UNIQUE_ID: "abc123"}


def test_variables_of_the_action_win_over_the_projects(create, handle, project):
    url, token = handle()
    project(WAIT_HANDLE_URL="http://elsewhere", SOURCE_TAG="abc123")
    variables = [
        {"name": "WAIT_HANDLE_URL", "type": "PLAINTEXT", "value": url},
        {"name": "SOURCE_TAG", "type": "PARAMETER_STORE", "value": "a-parameter"},
    ]
    create(pipeline(action(ProjectName="build", EnvironmentVariables=json.dumps(variables))))
    assert wait(token) == {UNIQUE_ID: "abc123"}


def test_a_pipeline_without_stages_is_recorded(create):
    assert note(create({"Name": "empty"})) == ""


def test_a_wait_condition_that_is_gone_hinders_nothing(create, handle, project, caplog):
    url, _ = handle()
    private(f"{WAITS}:discard_handle")(url)
    project(WAIT_HANDLE_URL=url)
    create(pipeline())
    assert caplog.messages == [f"nobody waits for a signal at {url}"]


def test_a_failure_gives_its_reason(handle):
    _, token = handle()
    signal = {"Status": "FAILURE", "UniqueId": "build:1", "Reason": "api: docker build failed"}
    assert private(f"{WAITS}:deliver_signal")(token, signal)
    with pytest.raises(RuntimeError, match=r"'api: docker build failed' for uniqueId: build:1$"):
        wait(token)
