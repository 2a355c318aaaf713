# ruff: noqa: SLF001
"""Runs pipelines: the source that was uploaded, and the build, on this machine.

As shipped there is no such type. Of the stages the source and the builds run; a stage that rolls a
service out does not, because CloudFormation owns the rollout while it changes the stack.

In AWS a pipeline runs when it is made, and its build signals a wait condition. Where nothing can be
built the signal is sent all the same: the stack would wait until the wait condition's time is up.
"""

import io
import itertools
import json
import logging
import os
import shutil
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from serverless_containers.local.builds.buildspec import BuildspecRun
from serverless_containers.local.builds.commands import place_commands
from serverless_containers.local.clients import LocalClients
from serverless_containers.local.credentials import Credentials
from serverless_containers.local.emulator.runtime import Runtime
from serverless_containers.local.ministack.declared import patch_handler
from serverless_containers.local.ministack.names import (
    Json,
    Made,
    codebuild,
    responses,
    secretsmanager,
    ssm,
    wait_conditions,
)
from serverless_containers.local.patches.processes import permitted
from serverless_containers.local.patches.uploads import is_deployers
from serverless_containers.local.resource_types.recorded import add_note

TYPE: Final = "AWS::CodePipeline::Pipeline"
WAIT_HANDLE_URL: Final = "WAIT_HANDLE_URL"
SOURCE_TAG: Final = "SOURCE_TAG"
UNIQUE_ID: Final = "nothing-built"
NOTE: Final = "images: nothing was built (no Docker engine)"
NOTE_ELSEWHERE: Final = "images: nothing was built (the source is not on this machine)"
NOTE_BUILT: Final = "its build's commands ran on this machine"
_LOG_KEPT = 20
_ARN_PARTS = 7
_ID_LENGTH = 50
_numbers = itertools.count(1)
_log = logging.getLogger(__name__)

Builder: TypeAlias = Callable[..., bool]
"""Takes a pipeline's name, its properties and whether it runs; tells whether it builds."""
_builder: Builder | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _PipelineBuild:
    """One build of a pipeline."""

    runtime: Runtime
    bucket: str
    key: str
    project: Mapping[str, Any]
    variables: Mapping[str, str]
    account: str
    region: str
    number: int


@patch_handler("create", TYPE)
def _create(shipped: Callable[..., Made], logical_id: str, props: Json, stack_name: str) -> Made:
    made = shipped(logical_id, props, stack_name)
    _build_or_signal(made[0], props, runs=True)
    return made


@patch_handler("update", TYPE)
def _update(
    shipped: Callable[..., Made],
    physical_id: str,
    old_props: Json,
    new_props: Json,
    *arguments: Any,  # noqa: ANN401
) -> Made:
    made = shipped(physical_id, old_props, new_props, *arguments)
    # A pipeline with another name is another pipeline, which runs as each new one does.
    restarts = str(new_props.get("RestartExecutionOnUpdate")).lower() == "true"
    _build_or_signal(made[0], new_props, runs=restarts or made[0] != physical_id)
    return made


def start(runtime: Runtime) -> None:
    """Build in place of the signal that nothing was built."""
    turn = threading.Lock()

    def build(pipeline: str, props: Json, *, runs: bool) -> bool:
        source = _source(props)
        if source is None:
            # Somebody else's repository: nothing here can fetch it.
            return False
        add_note(TYPE, pipeline, NOTE_BUILT)
        for project, given in _builds(props) if runs else ():
            if project:
                run = _PipelineBuild(
                    runtime=runtime,
                    bucket=source["S3Bucket"],
                    key=source["S3ObjectKey"],
                    project=project,
                    variables={each["name"]: _value(each) for each in given},
                    account=responses.get_account_id(),
                    region=responses.get_region(),
                    number=next(_numbers),
                )
                threading.Thread(
                    target=_build, args=(run, turn), daemon=True, name=f"build-{run.number}"
                ).start()
        return True

    build_with(build)


def build_with(builder: Builder) -> None:
    """Let pipelines build, where there is something to build with."""
    global _builder  # noqa: PLW0603  # as the patched names are global
    _builder = builder


def _build_or_signal(pipeline: str, props: Json, *, runs: bool) -> None:
    note = NOTE
    if _builder is not None:
        if _builder(pipeline, props, runs=runs):
            return
        note = NOTE_ELSEWHERE
    for _, given in _builds(props):
        variables = {
            each["name"]: each["value"]
            for each in given
            if each.get("type", "PLAINTEXT") == "PLAINTEXT"
        }
        if url := variables.get(WAIT_HANDLE_URL):
            add_note(TYPE, pipeline, note)
            if runs:
                _signal_nothing_built(url, variables.get(SOURCE_TAG, ""))


def _signal_nothing_built(url: str, tag: str) -> None:
    # Not by a PUT: CloudFormation runs this on the thread that would have to answer it. The signal
    # is kept for a wait condition that comes later, so that nothing waits here.
    token = wait_conditions.token_from_url(url)
    signal = {"Status": "SUCCESS", "UniqueId": UNIQUE_ID, "Reason": NOTE, "Data": tag}
    if token is None or not wait_conditions.deliver_signal(token, signal):
        _log.warning("nobody waits for a signal at %s", url)


def _source(props: Json) -> dict[str, str] | None:
    for configuration in _configurations(props, "Source", "S3"):
        return configuration
    return None


def _configurations(props: Json, category: str, provider: str) -> Iterator[dict[str, str]]:
    """Return the configuration of each action of a kind."""
    for stage in props.get("Stages") or []:
        for action in stage.get("Actions") or []:
            kind = action["ActionTypeId"]
            if (kind["Category"], kind["Provider"]) == (category, provider):
                yield action["Configuration"]


def _builds(props: Json) -> Iterator[tuple[Mapping[str, Any], list[dict[str, str]]]]:
    """Return each build's project, and its variables; the action's own come last, and win.

    A project that is not here was made elsewhere: it is empty.
    """
    for configuration in _configurations(props, "Build", "CodeBuild"):
        project = codebuild._projects.get(configuration["ProjectName"], {})
        given = list(project.get("environment", {}).get("environmentVariables") or [])
        yield project, given + json.loads(configuration.get("EnvironmentVariables", "[]"))


def _value(variable: Mapping[str, str]) -> str:
    kind = variable.get("type", "PLAINTEXT")
    if kind == "PARAMETER_STORE":
        return str(ssm.resolve_parameter_value(variable["value"], decrypt=True))
    if kind == "SECRETS_MANAGER":
        # A name or an ARN, and behind it the key.
        parts = variable["value"].split(":")
        length = _ARN_PARTS if parts[0] == "arn" else 1
        value = str(secretsmanager.resolve_secret_string(":".join(parts[:length])))
        return str(json.loads(value)[parts[length]]) if len(parts) > length else value
    return variable["value"]


def _build(run: _PipelineBuild, turn: threading.Lock) -> None:
    """Build, and make sure that nobody waits for a build that cannot tell how it ended.

    What is built was uploaded with the run's key: its commands run on this machine.
    """
    folder = Path(tempfile.mkdtemp(prefix="build-"))
    log = _Log(folder.with_suffix(".log"))
    reason = "the build failed before it could tell why"
    try:
        # One after the other: what a later one builds is the newer source.
        with turn, permitted():
            succeeded = _run(run, folder, log.write)
    except Exception as error:  # whatever it is, somebody waits to be told
        succeeded, reason = False, f"{type(error).__name__}: {error}"
        log.write(reason)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if not succeeded and (url := run.variables.get(WAIT_HANDLE_URL)):
        token = wait_conditions.token_from_url(url)
        last = next((line for line in reversed(log.last) if line.strip()), "")
        if token is not None:
            signal = {"Status": "FAILURE", "UniqueId": _id(run), "Data": ""}
            wait_conditions.deliver_signal(
                token, {**signal, "Reason": f"{reason}. Last line: {last}"}
            )


def _id(run: _PipelineBuild) -> str:
    # It becomes a signal's id, which MiniStack takes up to 64 characters of.
    return f"{run.project['name'][:_ID_LENGTH]}:{run.number}"


class _Log:
    """The log of a build, whole in a file and its last lines at hand."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.last: list[str] = []

    def write(self, line: str) -> None:
        self.last = [*self.last[1 - _LOG_KEPT :], line]
        with self._file.open("a") as file:
            file.write(f"{line}\n")


def _run(run: _PipelineBuild, folder: Path, write: Callable[[str], None]) -> bool:
    endpoint = f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}"
    credentials = Credentials(
        endpoint=endpoint, account=run.account, secret=os.environ["AWS_SECRET_ACCESS_KEY"]
    )
    clients = LocalClients(credentials, region=run.region)
    content = clients["s3"].get_object(Bucket=run.bucket, Key=run.key)["Body"].read()
    if not is_deployers(run.bucket, run.key, content):
        raise PermissionError("its source was not uploaded with the key of this run")
    source, scratch = folder / "source", folder / "scratch"
    scratch.mkdir()
    _unpack(content, source)
    engine = run.runtime.container_engine
    base = folder.parent
    commands = place_commands(
        base, os.environ, engine=engine.url, run=engine.run, platform=engine.platform()
    )
    built = BuildspecRun(
        buildspec=run.project["source"]["buildspec"],
        source=source,
        variables={
            **credentials.variables(run.region),
            **commands,
            "PATH": os.pathsep.join([str(base / "bin"), os.environ["PATH"]]),
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            "HOME": str(scratch),
            "TMPDIR": str(scratch),
            "NO_PROXY": "127.0.0.1,localhost",
            "CODEBUILD_BUILD_ID": _id(run),
            "CODEBUILD_BUILD_NUMBER": str(run.number),
            "CODEBUILD_START_TIME": str(int(time.time() * 1000)),
            **run.variables,
        },
        scratch=scratch,
        write=write,
    ).run()
    return built.succeeded


def _unpack(content: bytes, folder: Path) -> None:
    """Unpack an archive with the permissions that its files had."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)
        for entry in archive.infolist():
            if permissions := entry.external_attr >> 16 & 0o777:
                (folder / entry.filename).chmod(permissions)
