"""Signals the wait condition of a pipeline's build, in which nothing is built.

In AWS a pipeline runs when it is made, and its build sends the signal. Nothing runs a pipeline
here, and the stack would wait until the wait condition's time is up.
"""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from serverless_containers.local.patches.private import HANDLERS, Made, Properties, private
from serverless_containers.local.patches.recorded import add_note

TYPE = "AWS::CodePipeline::Pipeline"
PROJECTS = "ministack.services.codebuild:_projects"
TOKEN = "ministack.services.cloudformation.wait_conditions:token_from_url"  # noqa: S105  # a name
DELIVER = "ministack.services.cloudformation.wait_conditions:deliver_signal"
PRIVATE = (HANDLERS, PROJECTS, TOKEN, DELIVER)

WAIT_HANDLE_URL = "WAIT_HANDLE_URL"
SOURCE_TAG = "SOURCE_TAG"
UNIQUE_ID = "nothing-built"
NOTE = "images: nothing was built (no Docker engine)"
NOTE_ELSEWHERE = "images: nothing was built (the source is not on this machine)"

Builder: TypeAlias = Callable[..., bool]
"""Takes a pipeline's name, its properties and whether it runs; tells whether it builds."""
_builder: Builder | None = None

_log = logging.getLogger(__name__)


def apply() -> None:
    """Let a pipeline that is made, or that restarts when it changes, send its build's signal."""
    handler = private(HANDLERS)[TYPE]
    handler["create"] = _signalling_create(handler["create"])
    handler["update"] = _signalling_update(handler["update"])


def _signalling_create(create: Any) -> Any:  # noqa: ANN401  # a handler
    def signalling(logical_id: str, props: Properties, stack: str) -> Made:
        made: Made = create(logical_id, props, stack)
        _note_and_signal(made[0], props, runs=True)
        return made

    return signalling


def _signalling_update(update: Any) -> Any:  # noqa: ANN401  # a handler
    def signalling(
        physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str
    ) -> Made:
        made: Made = update(physical_id, old, new, stack, logical_id)
        # A pipeline with another name is another pipeline, which runs as each new one does.
        restarts = str(new.get("RestartExecutionOnUpdate")).lower() == "true"
        _note_and_signal(made[0], new, runs=restarts or made[0] != physical_id)
        return made

    return signalling


def build_with(builder: Builder) -> None:
    """Let pipelines build, where there is something to build with."""
    global _builder  # noqa: PLW0603  # as the patched names are global
    _builder = builder


def _note_and_signal(pipeline: str, props: Properties, *, runs: bool) -> None:
    note = NOTE
    if _builder is not None:
        if _builder(pipeline, props, runs=runs):
            return
        note = NOTE_ELSEWHERE
    for variables in _builds(props):
        if url := variables.get(WAIT_HANDLE_URL):
            add_note(TYPE, pipeline, note)
            if runs:
                _signal(url, variables.get(SOURCE_TAG, ""))


def _builds(props: Properties) -> Iterator[dict[str, str]]:
    """The plain variables of each build that a pipeline runs."""
    for stage in props.get("Stages") or []:
        for action in stage.get("Actions") or []:
            kind = action["ActionTypeId"]
            if (kind["Category"], kind["Provider"]) == ("Build", "CodeBuild"):
                yield _variables(action["Configuration"])


def _variables(configuration: Properties) -> dict[str, str]:
    # A project that is not here was made elsewhere, and knows no wait condition of this stack.
    project = private(PROJECTS).get(configuration["ProjectName"], {})
    variables = list(project.get("environment", {}).get("environmentVariables") or [])
    # The action's own win.
    variables += json.loads(configuration.get("EnvironmentVariables", "[]"))
    return {
        variable["name"]: variable["value"]
        for variable in variables
        if variable.get("type", "PLAINTEXT") == "PLAINTEXT"
    }


def _signal(url: str, tag: str) -> None:
    # Not by a PUT: CloudFormation runs this on the thread that would have to answer it. The signal
    # is kept for a wait condition that comes later, so that nothing waits here.
    token = private(TOKEN)(url)
    signal = {"Status": "SUCCESS", "UniqueId": UNIQUE_ID, "Reason": NOTE, "Data": tag}
    if token is None or not private(DELIVER)(token, signal):
        _log.warning("nobody waits for a signal at %s", url)
