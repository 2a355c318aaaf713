"""Runs the real CDK CLI against the emulator, and nowhere else."""

import contextlib
import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path

from serverless_containers.local.credentials import Credentials
from serverless_containers.local.failure import LocalError
from serverless_containers.local.process import Child
from serverless_containers.toolchain import PINNED_CDK_CLI, ToolchainError, check_cdk_cli, find_node

_PROGRESS = re.compile(r"\|\s+(\d+)/(\d+) \|")
_CAUSE = re.compile(r"Failed resources:|\s*❌")
_TAIL = 25
_DIFFERENCES = "Number of stacks with differences"
_POLL_SECONDS = 0.2


class CdkCli:
    """The CDK CLI, set up for one emulator.

    Args:
        folder: Where cdk.json is: the CLI runs there.
        credentials: Where the emulator is, and the key that it takes.
        region: The region of stacks that name none.
        home: A private folder in place of ~/.cdk.
        app: The app's command, in place of cdk.json's.
        context: ``key=value`` entries of context.
        log: Gives the log file of a step.
        tools: Variables by which the CLI builds images here; they win over all others.

    Raises:
        LocalError: If Node.js or the CDK CLI is missing or too old.
    """

    def __init__(
        self,
        *,
        folder: Path,
        credentials: Credentials,
        region: str,
        home: Path,
        app: str | None,
        context: Sequence[str],
        log: Callable[[str], Path],
        tools: Mapping[str, str] | None = None,
    ) -> None:
        self._command, node = find_cdk(folder, os.environ)
        self._environ = emulated(os.environ, credentials, region) | {
            "CDK_HOME": str(home),
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "CDK_DISABLE_VERSION_CHECK": "true",
            "JSII_NODE": node,
            "NO_COLOR": "1",
            # `python app.py` finds this Python, though the environment is not activated.
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
            **(tools or {}),
        }
        self._app = ["--app", app] if app else []
        self._context = [part for entry in context for part in ("-c", entry)]
        self._log = log

    def start_synth(self, output: Path, step: str = "synth") -> Child:
        """Start to write the cloud assembly."""
        return self._start(
            step, "synth", "--quiet", "--output", str(output), *self._app, *self._context
        )

    def start_bootstrap(self, environments: Sequence[str]) -> Child:
        """Start to make what deployments need."""
        # An empty app: bootstrapping does not depend on one, and would synthesize it again.
        return self._start("bootstrap", "bootstrap", *environments, "--app", "")

    def start_deploy(self, assembly: Path, pattern: str) -> Child:
        """Start to deploy the stacks."""
        return self._start(
            "deploy",
            "deploy",
            pattern,
            *("--app", str(assembly)),
            *("--require-approval", "never"),
            *("--progress", "events"),
        )

    def start_diff(self, assembly: Path, pattern: str) -> Child:
        """Start to compare the stacks with an assembly; exit code 1 if they differ."""
        return self._start("diff", "diff", pattern, "--fail", "--app", str(assembly))

    def _start(self, step: str, *arguments: str) -> Child:
        return Child(
            [*self._command, *arguments, "--no-notices", "--no-color"],
            environ=self._environ,
            log=self._log(step),
        )


def finish(
    child: Child,
    doing: str,
    progress: Callable[[str], None] = lambda _: None,
    goes_on: Callable[[], bool] = lambda: True,
) -> None:
    """Wait for a step to end.

    Args:
        child: The step.
        doing: What it is called.
        progress: Told how far it is.
        goes_on: Whether there is anybody for it to speak to. The CLI tries again for very long.

    Raises:
        LocalError: If it fails, with the lines of its log that matter.
    """
    while (code := child.wait(_POLL_SECONDS)) is None:
        if not goes_on():
            child.stop()
            raise LocalError(f"the embedded AWS ended in the middle of {doing}")
        if counts := _PROGRESS.findall(child.log.read_text(errors="replace")):
            progress("{} of {} resources".format(*counts[-1]))
    if code != 0:
        raise LocalError(
            f"{doing} failed; the whole log is {child.log}",
            what_matters(child.log.read_text(errors="replace")),
        )


def what_matters(log: str) -> tuple[str, ...]:
    """The lines of a log that show why it failed: the CLI's own account, else the end."""
    lines = [line.expandtabs().rstrip() for line in log.splitlines() if line.strip()]
    cause = next((index for index, line in enumerate(lines) if _CAUSE.match(line)), None)
    return tuple(lines[-_TAIL:] if cause is None else lines[cause:][:_TAIL])


def emulated(caller: Mapping[str, str], credentials: Credentials, region: str) -> dict[str, str]:
    """An environment in which AWS is the emulator, whatever the caller's configuration says."""
    kept = {name: value for name, value in caller.items() if not name.startswith("AWS_")}
    bypass = ",".join(part for part in (kept.get("NO_PROXY"), "127.0.0.1", "localhost") if part)
    return (
        kept
        | credentials.variables(region)
        | {
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": bypass,
            "no_proxy": bypass,
        }
    )


def find_cdk(folder: Path, environ: Mapping[str, str]) -> tuple[list[str], str]:
    """Find the CDK CLI: the app's own, else PATH's. Returns its command, and Node.js.

    Raises:
        LocalError: If it or Node.js is missing, or the CLI cannot be used.
    """
    own = (parent / "node_modules/aws-cdk/bin/cdk" for parent in [folder, *folder.parents])
    on_path = shutil.which("cdk", path=environ.get("PATH"))
    script = next((path for path in own if path.is_file()), Path(on_path) if on_path else None)
    if script is None:
        pinned = any((each / "package-lock.json").is_file() for each in [folder, *folder.parents])
        install = "npm ci" if pinned else f"npm install --no-save aws-cdk@{PINNED_CDK_CLI}"
        raise LocalError(f"the CDK CLI was not found; run `{install}` in {folder}")
    manifest = script.resolve().parents[1] / "package.json"
    try:
        node = find_node(environ)
        if not manifest.is_file():
            return [str(script)], node
        check_cdk_cli(json.loads(manifest.read_text()).get("version", "unknown"))
    except ToolchainError as error:
        raise LocalError(str(error)) from error
    return [node, str(script.resolve())], node


def is_empty(diff: Child) -> bool:
    """Return whether a diff found nothing.

    Raises:
        LocalError: If it failed.
    """
    while diff.wait(60) is None:
        pass
    if diff.poll() == 0:
        return True
    if _DIFFERENCES not in diff.log.read_text(errors="replace"):
        finish(diff, "cdk diff")
    return False


@contextlib.contextmanager
def unchanged(file: Path) -> Generator[None, None, None]:
    """Put a file back as it was.

    The CDK CLI stores there what it looked up, and the emulator's answers must not reach a
    deployment to AWS.
    """
    before = file.read_bytes() if file.exists() else None
    try:
        yield
    finally:
        if before is None:
            with contextlib.suppress(FileNotFoundError):
                file.unlink()
        elif not file.exists() or file.read_bytes() != before:
            file.write_bytes(before)
