"""Runs a buildspec as CodeBuild does.

After "Build specification reference" and "Build phase transitions", AWS CodeBuild User Guide. Each
command gets a shell of its own, to which only the environment and the folder are handed on: less
than CodeBuild promises, so that nothing here can lean on more.
"""

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import yaml

PHASES = ("install", "pre_build", "build", "post_build")
_KNOWN = {"version", "env", "phases", "artifacts"}


@dataclass
class BuildRun:
    """What a build did: ``succeeded``, what it exported, its artifacts and its log."""

    succeeded: bool = True
    exported: dict[str, str] = field(default_factory=dict)
    artifacts: dict[str, bytes] = field(default_factory=dict)
    phases: list[str] = field(default_factory=list)
    log: str = ""


def run_buildspec(text, source: Path, environment: dict[str, str], scratch: Path, shell="sh"):
    """Run a buildspec, given as YAML, on a copy of the source.

    Args:
        text: The buildspec.
        source: The source folder, which the build may write to.
        environment: All of the environment but for what the buildspec sets.
        scratch: A folder for what passes from one command to the next.
        shell: The shell to run commands with; CodeBuild's default is ``sh``.
    """
    spec = yaml.safe_load(text)
    assert set(spec) <= _KNOWN, spec.keys()
    scratch.mkdir(parents=True, exist_ok=True)
    run = BuildRun()
    state = _State(
        cwd=str(source),
        environment={
            **environment,
            **spec["env"].get("variables", {}),
            "CODEBUILD_SRC_DIR": str(source),
            "CODEBUILD_BUILD_SUCCEEDING": "1",
        },
        scratch=scratch,
        shell=shell,
    )
    for name in PHASES:
        phase = spec["phases"].get(name)
        if phase is None or (not run.succeeded and name != "post_build"):
            continue
        if not run.succeeded and "build" not in run.phases:
            break  # only a build that was begun goes on to post_build
        assert set(phase) <= {"commands", "finally"}, phase.keys()
        run.phases.append(name)
        ok = all(_run(command, state, run) for command in phase["commands"])
        for command in phase.get("finally", []):
            ok = _run(command, state, run) and ok
        if not ok:
            run.succeeded = False
            state.environment["CODEBUILD_BUILD_SUCCEEDING"] = "0"
    run.exported = {
        name: state.environment[name]
        for name in spec["env"].get("exported-variables", [])
        if name in state.environment
    }
    for name in spec.get("artifacts", {}).get("files", []):
        if (source / name).exists():
            run.artifacts[name] = (source / name).read_bytes()
    return run


@dataclass
class _State:
    cwd: str
    environment: dict[str, str]
    scratch: Path
    shell: str


def _run(command, state, run):
    kept = state.scratch / "environment"
    after = f"\nstatus=$?\nenv -0 > '{kept}'\npwd >> '{kept}'\nexit $status\n"
    result = subprocess.run(
        [state.shell, "-c", command + after],
        cwd=state.cwd,
        env=state.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=180,
    )
    run.log += result.stdout.decode(errors="replace")
    if kept.exists():
        *pairs, cwd = kept.read_bytes().split(b"\0")
        state.environment = dict(os.fsdecode(pair).split("=", 1) for pair in pairs)
        state.environment.pop("status", None)
        state.cwd = os.fsdecode(cwd).removesuffix("\n")
        kept.unlink()
    return result.returncode == 0
