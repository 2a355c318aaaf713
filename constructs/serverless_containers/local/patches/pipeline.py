"""Runs pipelines: the source that was uploaded, and the build, on this machine.

As shipped there is no such type. Of the stages the source and the builds run; a stage that rolls a
service out does not, because CloudFormation owns the rollout while it changes the stack.
"""

import io
import itertools
import json
import os
import shutil
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from serverless_containers.local.builds.buildspec import Build
from serverless_containers.local.builds.commands import place_commands
from serverless_containers.local.clients import Clients
from serverless_containers.local.credentials import Credentials
from serverless_containers.local.emulator.runtime import Runtime
from serverless_containers.local.patches import signals
from serverless_containers.local.patches.commands import permitted
from serverless_containers.local.patches.private import Properties, private
from serverless_containers.local.patches.recorded import add_note
from serverless_containers.local.patches.writers import is_deployers

PROJECTS = "ministack.services.codebuild:_projects"
ACCOUNT = "ministack.core.responses:get_account_id"
REGION = "ministack.core.responses:get_region"
SCOPE = "ministack.core.responses:request_scope"
TOKEN = "ministack.services.cloudformation.wait_conditions:token_from_url"  # noqa: S105  # a name
DELIVER = "ministack.services.cloudformation.wait_conditions:deliver_signal"
SECRET = "ministack.services.secretsmanager:resolve_secret_string"  # noqa: S105  # a name
PARAMETER = "ministack.services.ssm:resolve_parameter_value"
PRIVATE = (PROJECTS, ACCOUNT, REGION, SCOPE, TOKEN, DELIVER, SECRET, PARAMETER)

NOTE = "its build's commands ran on this machine"
_LOG_KEPT = 20
_ARN_PARTS = 7
_ID_LENGTH = 50
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One build of a pipeline."""

    runtime: Runtime
    bucket: str
    key: str
    project: Mapping[str, Any]
    variables: Mapping[str, str]
    account: str
    region: str
    number: int


def apply(runtime: Runtime) -> None:
    """Build in place of the signal that nothing was built."""
    turn = threading.Lock()

    def build(pipeline: str, props: Properties, *, runs: bool) -> bool:
        source = _source(props)
        if source is None:
            # Somebody else's repository: nothing here can fetch it.
            return False
        add_note(signals.TYPE, pipeline, NOTE)
        if runs:
            for project, variables in _builds(props):
                run = _Run(
                    runtime=runtime,
                    bucket=source["S3Bucket"],
                    key=source["S3ObjectKey"],
                    project=project,
                    variables=variables,
                    account=private(ACCOUNT)(),
                    region=private(REGION)(),
                    number=next(_numbers),
                )
                threading.Thread(
                    target=_build, args=(run, turn), daemon=True, name=f"build-{run.number}"
                ).start()
        return True

    signals.build_with(build)


def _source(props: Properties) -> dict[str, str] | None:
    for action in _actions(props, "Source"):
        if action["ActionTypeId"]["Provider"] == "S3":
            configuration: dict[str, str] = action["Configuration"]
            return configuration
    return None


def _actions(props: Properties, category: str) -> Iterator[dict[str, Any]]:
    for stage in props.get("Stages") or []:
        for action in stage.get("Actions") or []:
            if action["ActionTypeId"]["Category"] == category:
                yield action


def _builds(props: Properties) -> Iterator[tuple[Mapping[str, Any], dict[str, str]]]:
    for action in _actions(props, "Build"):
        configuration = action["Configuration"]
        if project := private(PROJECTS).get(configuration["ProjectName"]):
            given = list(project.get("environment", {}).get("environmentVariables") or [])
            # The action's own win.
            given += json.loads(configuration.get("EnvironmentVariables", "[]"))
            yield project, {each["name"]: _value(each) for each in given}


def _value(variable: Mapping[str, str]) -> str:
    kind = variable.get("type", "PLAINTEXT")
    if kind == "PARAMETER_STORE":
        return str(private(PARAMETER)(variable["value"], decrypt=True))
    if kind == "SECRETS_MANAGER":
        # A name or an ARN, and behind it the key.
        parts = variable["value"].split(":")
        length = _ARN_PARTS if parts[0] == "arn" else 1
        value = str(private(SECRET)(":".join(parts[:length])))
        return str(json.loads(value)[parts[length]]) if len(parts) > length else value
    return variable["value"]


def _build(run: _Run, turn: threading.Lock) -> None:
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
    if not succeeded and (url := run.variables.get(signals.WAIT_HANDLE_URL)):
        token = private(TOKEN)(url)
        last = next((line for line in reversed(log.last) if line.strip()), "")
        if token is not None:
            signal = {"Status": "FAILURE", "UniqueId": _id(run), "Data": ""}
            private(DELIVER)(token, {**signal, "Reason": f"{reason}. Last line: {last}"})


def _id(run: _Run) -> str:
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


def _run(run: _Run, folder: Path, write: Callable[[str], None]) -> bool:
    endpoint = f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}"
    credentials = Credentials(
        endpoint=endpoint, account=run.account, secret=os.environ["AWS_SECRET_ACCESS_KEY"]
    )
    clients = Clients(credentials, region=run.region)
    content = clients["s3"].get_object(Bucket=run.bucket, Key=run.key)["Body"].read()
    if not is_deployers(run.bucket, run.key, content):
        raise PermissionError("its source was not uploaded with the key of this run")
    source, scratch = folder / "source", folder / "scratch"
    scratch.mkdir()
    _unpack(content, source)
    engine = run.runtime.engine
    base = folder.parent
    commands = place_commands(
        base, os.environ, engine=engine.url, run=engine.run, platform=engine.platform()
    )
    built = Build(
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
