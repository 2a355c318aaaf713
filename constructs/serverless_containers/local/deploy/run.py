"""One run: start, bootstrap, deploy, ask what exists, diff, stop."""

import tempfile
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from serverless_containers.local.builds.commands import build_variables
from serverless_containers.local.clients import LocalClients
from serverless_containers.local.deploy.answers import addresses, asked
from serverless_containers.local.deploy.assembly import (
    Stack,
    account_of,
    default_pattern,
    has_pipeline,
    regions_of,
    select,
    stacks_of,
    with_neighbours,
)
from serverless_containers.local.deploy.cdk import CdkCli, finish, is_empty, unchanged
from serverless_containers.local.deploy.secrets import make_up_secrets
from serverless_containers.local.emulator.emulator import DEFAULT_ACCOUNT, Emulator, EmulatorProcess
from serverless_containers.local.engine import FoundEngine, find_engine
from serverless_containers.local.failure import LocalError
from serverless_containers.local.folder import LocalFolder
from serverless_containers.local.inspection import deployed_stacks, inspect
from serverless_containers.local.process import Child, uninterrupted
from serverless_containers.local.processes.commands import CONTEXT, write_file
from serverless_containers.local.result import PROCESSES, LocalResult

DEFAULT_ENVIRONMENT = "dev"

Note: TypeAlias = Callable[[str], None]


class Progress(Protocol):
    """Shows what a run is doing."""

    def step(self, doing: str) -> AbstractContextManager[Note]:
        """Show a step while it runs, and how long it took. It gives a function for notes."""


class EngineChoice(StrEnum):
    """Choice of the runner of containers."""

    CONTAINERS = "containers"
    """A container engine, if one is in reach; else nothing does."""
    PROCESSES = "processes"
    """Commands that the services name, as processes of this machine."""
    EITHER = "either"
    """A container engine, else processes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Options of a run.

    Attributes:
        folder: The CDK app's folder.
        app: The app's command, in place of cdk.json's.
        stacks: Which stacks, as the CDK CLI selects them. By default those of the stage that the
            context value `environment` names, or of the stage `dev`, or all.
        context: ``key=value`` entries for the app.
        port: The port to listen on; 0 for a free one.
        region: The region of stacks that name none.
        keep: Whether the emulator runs on afterwards.
        enforce_iam: Whether an emulator that is started refuses what no policy allows.
        running: Whether to deploy only to an emulator that an earlier run kept.
        engine: What runs the containers. By default what runs them at an emulator that an earlier
            run kept, else containers.
    """

    folder: Path
    app: str | None = None
    stacks: str | None = None
    context: tuple[str, ...] = ()
    port: int = 0
    region: str = "us-east-1"
    keep: bool = False
    enforce_iam: bool = False
    running: bool = False
    engine: EngineChoice | None = None


def run(options: Options, progress: Progress) -> LocalResult:
    """Deploy a CDK app to the emulator and find out what exists.

    Everything that it starts has ended when it returns or raises, apart from an emulator that is
    to be kept, or that an earlier run kept: then the app is deployed to that one.

    Raises:
        LocalError: If a step fails.
    """
    project = LocalFolder(options.folder)
    with project.locked("up" if options.keep else "deploy"), ExitStack() as cleanup:
        emulator, process = _emulator(options, project, cleanup)
        if process is None:
            options = _as_before(options, project)
        work = Path(
            cleanup.enter_context(
                tempfile.TemporaryDirectory(dir=emulator.folder, ignore_cleanup_errors=True)
            )
        )
        result = _Run(
            options=options,
            project=project,
            progress=progress,
            emulator=emulator,
            process=process,
            work=work,
            cleanup=cleanup,
        ).result()
        if result.kept:
            project.note_deployed(
                {
                    "account": result.account,
                    "regions": result.regions,
                    "outputs": result.outputs,
                    "options": {name: getattr(options, name) for name in _REMEMBERED},
                }
            )
        if process is not None and options.keep:
            with uninterrupted():
                project.remember(emulator)
                process.keep()
        return result


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """Result of stopping.

    Attributes:
        kept: The emulator that an earlier run kept, if there was one.
        runs: How many runs were under way.
    """

    kept: Emulator | None = None
    runs: int = 0


def stop(folder: Path) -> Stopped:
    """Stop the emulator that a run in this folder kept, and that of one that is under way.

    A run that is under way ends when its emulator does, and is waited for.

    Raises:
        LocalError: If the engine does not answer, so that containers are left, or a run that is
            under way does not end.
    """
    project = LocalFolder(folder)
    if project.is_new():
        return Stopped()
    stopped: list[Emulator] = []
    runs = 0

    def end() -> None:
        nonlocal runs
        runs += project.stop_started()
        if (emulator := project.kept()) is not None:
            emulator.stop()
            project.forget()
            stopped.append(emulator)

    with project.locked("down", end_other=end):
        end()
    return Stopped(kept=stopped[0] if stopped else None, runs=runs)


_REMEMBERED: Final = ("app", "stacks", "context", "region")
"""The options that say what is deployed."""


def _as_before(options: Options, project: LocalFolder) -> Options:
    """Deploy what was deployed before, where nothing else is asked for."""
    default = Options(folder=options.folder)
    if any(getattr(options, name) != getattr(default, name) for name in _REMEMBERED):
        return options
    try:
        before = project.deployed()["options"]
        return replace(
            options,
            app=before["app"],
            stacks=before["stacks"],
            context=tuple(before["context"]),
            region=before["region"],
        )
    except (LocalError, KeyError, TypeError):
        return options


def _emulator(
    options: Options, project: LocalFolder, cleanup: ExitStack
) -> tuple[Emulator, EmulatorProcess | None]:
    if kept := project.kept():
        if options.port not in (0, kept.port):
            raise LocalError(
                f"an embedded AWS of this folder runs already, on port {kept.port}: leave --port "
                "out to deploy to it, or stop it with `serverless-containers local down`"
            )
        _check_engine(options.engine, kept)
        return kept, None
    if options.running:
        raise LocalError(
            "no embedded AWS runs for this folder: `serverless-containers local up` starts one"
        )
    project.recover()
    choice = options.engine or EngineChoice.CONTAINERS
    engine = find_engine() if choice is not EngineChoice.PROCESSES else None
    found = engine.url if isinstance(engine, FoundEngine) else ""
    with uninterrupted():
        process = EmulatorProcess(
            port=options.port,
            account=DEFAULT_ACCOUNT,
            log=project.log("emulator"),
            engine=found,
            processes=not found and choice is not EngineChoice.CONTAINERS,
            enforce_iam=options.enforce_iam,
        )
        note = project.note_start(process.emulator)
        cleanup.push(
            lambda *error: _stop_unless_kept(process, note, kept=options.keep and error[0] is None)
        )
    return process.emulator, process


def _check_engine(asked: EngineChoice | None, kept: Emulator) -> None:
    """Refuse to take what runs for what was asked for.

    Raises:
        LocalError: If processes were asked for, and containers run or nothing does; or containers
            were, and processes run.
    """
    if asked is EngineChoice.PROCESSES and not kept.processes:
        raise LocalError(
            "an embedded AWS of this folder runs already, and runs no processes: stop it with "
            "`serverless-containers local down`"
        )
    if asked is EngineChoice.CONTAINERS and kept.processes:
        raise LocalError(
            "an embedded AWS of this folder runs already, and runs processes in place of "
            "containers: leave --engine out to deploy to it, or stop it with "
            "`serverless-containers local down`"
        )


def _stop_unless_kept(process: EmulatorProcess, note: Path, *, kept: bool) -> None:
    if not kept:
        process.stop()
    # Not if that failed: what is left is to be found by the note.
    note.unlink(missing_ok=True)


class _Run:
    """The steps, and what they need of each other."""

    def __init__(
        self,
        *,
        options: Options,
        project: LocalFolder,
        progress: Progress,
        emulator: Emulator,
        process: EmulatorProcess | None,
        work: Path,
        cleanup: ExitStack,
    ) -> None:
        self._options = options
        self._project = project
        self._progress = progress
        self._emulator = emulator
        self._process = process
        self._work = work
        self._cleanup = cleanup
        self._seconds: dict[str, float] = {}
        self._tools = build_variables(
            Path(emulator.folder), engine=emulator.engine, run=emulator.run
        )

    def result(self) -> LocalResult:
        options, assembly, again = self._options, self._work / "first", self._work / "second"
        with unchanged(options.folder / "cdk.context.json"):
            with self._step("synth", "Synthesizing, and starting the embedded AWS"):
                # The CLI's first question waits in the port's queue until somebody answers it.
                synth = self._started(lambda: self._cli(DEFAULT_ACCOUNT).start_synth(assembly))
                if self._process is not None:
                    self._process.wait_until_ready()
                finish(synth, "cdk synth")
            stacks = tuple(stacks_of(assembly))
            pattern = options.stacks or default_pattern(stacks, self._environment())
            selected = select(stacks, pattern)
            account = account_of(selected, DEFAULT_ACCOUNT)
            regions = regions_of(selected, options.region)
            cli = self._cli(account)
            with self._step("bootstrap", "Bootstrapping " + ", ".join(regions)):
                environments = [f"aws://{account}/{region}" for region in regions]
                finish(
                    self._started(lambda: cli.start_bootstrap(environments)),
                    "cdk bootstrap",
                    goes_on=self._emulator.is_alive,
                )
            # Synthesized anew, so that the diff also shows what differs from synth to synth.
            second = self._started(lambda: cli.start_synth(again, "synth-again"))
            made_up = [
                name
                for stack in with_neighbours(selected, stacks)
                for name in make_up_secrets(
                    stack.template, self._clients(account, stack.region or options.region)
                )
            ]
            if self._emulator.processes:
                commands = {
                    family: each for stack in stacks for family, each in stack.processes.items()
                }
                write_file(Path(self._emulator.folder), commands)
            if self._is_kept:
                # Before what may fail: the change that mends it may be in one of them.
                self._project.note_sources(frozenset().union(*(each.sources for each in stacks)))
            told = self._told(selected)
            with self._step("deploy", f"Deploying {pattern}{told}") as note:
                finish(
                    self._started(lambda: cli.start_deploy(assembly, pattern)),
                    "cdk deploy",
                    note,
                    self._emulator.is_alive,
                )
            with self._step("inspect", "Asking the service APIs what exists"):
                # All of the app's: a deployment takes along the stacks that it depends on.
                paths = {stack.name: stack.path for stack in stacks}
                deployed = [
                    stack
                    for region in regions
                    for stack in deployed_stacks(self._clients(account, region), paths)
                ]
                resources = inspect(deployed, self._status())
            outputs = {stack.name: stack.outputs for stack in deployed if stack.outputs}
            answers = tuple(addresses(outputs, stacks, self._emulator.endpoint))
            if answers:
                with self._step("ask", "Asking what answers requests"):
                    answers = tuple(map(asked, answers))
            with self._step("diff", "Comparing with a second synth"):
                finish(second, "the second cdk synth")
                diff_empty = is_empty(self._started(lambda: cli.start_diff(again, pattern)))
        return LocalResult(
            endpoint=self._emulator.endpoint,
            account=account,
            regions=regions,
            resources=resources,
            outputs=outputs,
            answers=answers,
            diff_empty=diff_empty,
            made_up_secrets=tuple(made_up),
            seconds=self._seconds,
            kept=self._is_kept,
            engine=PROCESSES if self._emulator.processes else self._emulator.engine,
        )

    @property
    def _is_kept(self) -> bool:
        return self._options.keep or self._process is None

    def _told(self, selected: Iterable[Stack]) -> str:
        """Tell which commands of a repository run on this machine meanwhile."""
        if self._emulator.processes:
            return ", with the dev commands of its services on this machine"
        builds = self._emulator.engine and any(map(has_pipeline, selected))
        return ", with builds whose commands run on this machine" if builds else ""

    def _cli(self, account: str) -> CdkCli:
        return CdkCli(
            folder=self._options.folder,
            credentials=self._emulator.credentials(account),
            region=self._options.region,
            home=Path(self._emulator.folder) / "cdk",
            app=self._options.app,
            context=(*self._options.context, f"{CONTEXT}=true"),
            log=self._project.log,
            tools=self._tools,
        )

    def _clients(self, account: str, region: str) -> LocalClients:
        return LocalClients(self._emulator.credentials(account), region=region)

    def _started(self, start: Callable[[], Child]) -> Child:
        with uninterrupted():
            child = start()
            self._cleanup.callback(child.stop)
        return child

    def _environment(self) -> str:
        context = dict(entry.partition("=")[::2] for entry in self._options.context)
        return context.get("environment", DEFAULT_ENVIRONMENT)

    def _status(self) -> dict[str, object]:
        if (status := self._emulator.status()) is None:
            raise LocalError(
                f"the embedded AWS ended in the middle; its log is {self._project.log('emulator')}"
            )
        return status

    @contextmanager
    def _step(self, name: str, doing: str) -> Generator[Note, None, None]:
        began = time.monotonic()
        with self._progress.step(doing) as note:
            yield note
        self._seconds[name] = round(time.monotonic() - began, 1)
