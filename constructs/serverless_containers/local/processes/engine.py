"""Runs the containers of tasks as processes of this machine, under the calls of an engine.

A process is the leader of a group of its own, and all that it starts belongs to it: what a
container's end ends, the end of the leader does here, and signals reach all of the group.
"""

import contextlib
import http.client
import itertools
import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from serverless_containers.local.engine import EngineError
from serverless_containers.local.processes import guard
from serverless_containers.local.processes.commands import ProcessCommand, as_processes, read_file
from serverless_containers.local.processes.ports import HERE, PortError, Ports, open_ports
from serverless_containers.local.tasks.configuration import CONTAINER
from serverless_containers.local.tasks.definition import Container
from serverless_containers.local.tasks.run import StartError

_INHERITED: Final = ("PATH", "HOME", "LANG", "LC_ALL", "VIRTUAL_ENV")
"""All that a process sees of the caller's environment."""
_PIECES: Final = 10_000
"""Pieces of output that wait for a reader; the oldest give way."""
_UNREAD: Final = 64 * 1024 * 1024
"""Bytes of them; the same."""
_PIECE: Final = 64 * 1024
_TAIL: Final = 500
"""Bytes of the end of an output that are told as the reason of a failure."""
_LAST_SECONDS: Final = 1.0
_EXECUTE_SECONDS: Final = 60.0
_READY_SECONDS: Final = 5.0
_FIRST_ERROR: Final = 400
_LAST_ADDRESS: Final = 2**17 - 2


class Processes:
    """The processes of a run.

    Args:
        folder: The run's folder, in which the deployment says what is to be run.
        environ: The caller's environment.
        permitted: Permits this thread to start processes.
        ports: The ports of this machine that tasks have.
        find_open: Finds the ports that others than this machine reach.
    """

    def __init__(
        self,
        folder: Path,
        *,
        environ: Mapping[str, str] | None = None,
        permitted: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext,
        ports: Ports | None = None,
        find_open: Callable[[Sequence[int]], Sequence[int]] = open_ports,
    ) -> None:
        self.run = "processes"
        self.folder = folder
        self.ports = ports or Ports()
        self.find_open = find_open
        self._environ = dict(os.environ if environ is None else environ)
        self._permitted = permitted
        self._lock = threading.Lock()
        self._closed = False
        self._groups: set[int] = set()
        self._numbers = itertools.count()
        with permitted():
            self._guard = subprocess.Popen(  # noqa: S603  # a program of ours
                [sys.executable, "-I", "-S", guard.__file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                cwd="/",
                # What ends the emulator's group must leave it.
                start_new_session=True,
            )

    def for_task(
        self, family: str, containers: Sequence[Container]
    ) -> tuple["TaskProcesses", tuple[Container, ...]]:
        """Return the runner of a task, and the containers that it runs.

        Args:
            family: The family of its definition.
            containers: All of its containers.
        """
        named = read_file(self.folder).get(family, {})
        commands = {name: each for name, each in named.items() if each is not None}
        return TaskProcesses(self, commands), as_processes(containers, commands)

    def address(self) -> str:
        """An address for a task that leads nowhere: of a network for benchmarks (RFC 2544)."""
        number = next(self._numbers) % _LAST_ADDRESS + 1
        return f"198.{18 + (number >> 16)}.{number >> 8 & 255}.{number & 255}"

    def environment(self, scratch: Path) -> dict[str, str]:
        """The environment of every process, unless it is told otherwise."""
        bypass = f"{HERE},localhost"
        # What was installed beside this Python is found, though the environment is not activated.
        own = str(Path(sys.executable).parent)
        return {
            **{name: self._environ[name] for name in _INHERITED if name in self._environ},
            "PATH": os.pathsep.join([self._environ.get("PATH", os.defpath), own]),
            "TMPDIR": str(scratch),
            # Beside its sources bytecode would be part of the image that is built of them.
            "PYTHONPYCACHEPREFIX": str(self.folder / "bytecode"),
            # What this user may do at AWS is nothing that a task may.
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "NO_PROXY": bypass,
            "no_proxy": bypass,
        }

    def start(
        self, command: Sequence[str], directory: str, environ: Mapping[str, str]
    ) -> "subprocess.Popen[bytes]":
        """Start a process in a group of its own.

        Raises:
            EngineError: If there is no such folder or program, or the run is ending.
        """
        if not Path(directory).is_dir():
            raise EngineError(f"there is no folder {directory}")
        program = command[0]
        if "/" not in program and shutil.which(program, path=environ.get("PATH")) is None:
            raise EngineError(f"there is no program {program} on the PATH of this run")
        # One lock from the question to the note: what is started is also ended.
        with self._lock, self._permitted():
            if self._closed:
                raise EngineError("the embedded AWS is ending")
            try:
                process = subprocess.Popen(  # noqa: S603  # the user's command, who asked for it
                    command,
                    cwd=directory,
                    env=dict(environ),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except (OSError, ValueError) as error:
                raise EngineError(f"{program}: {getattr(error, 'strerror', error)}") from error
            self._groups.add(process.pid)
            self._tell(f"+{process.pid}\n")
        return process

    def ended(self, group: int) -> None:
        """Kill what is left of a group whose leader has ended, and forget it."""
        with self._lock:
            if group in self._groups:
                guard.send(group, signal.SIGKILL)
                self._groups.discard(group)
                self._tell(f"-{group}\n")

    def close(self) -> None:
        """Start nothing any more, and end what runs."""
        with self._lock:
            self._closed = True
            groups = tuple(self._groups)
        guard.end(groups)
        with self._lock:
            self._groups.clear()
            if self._guard.stdin is not None and not self._guard.stdin.closed:
                with contextlib.suppress(OSError):
                    self._tell("".join(f"-{group}\n" for group in groups))
                    self._guard.stdin.close()
        self._guard.wait()

    def _tell(self, line: str) -> None:
        pipe = self._guard.stdin
        if pipe is not None:
            try:
                pipe.write(line.encode())
                pipe.flush()
            except OSError as error:
                raise EngineError("the guard of the processes has ended") from error


class _Output:
    """Output of a process that nobody has read yet."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pieces: deque[bytes] = deque()
        self._size = 0
        self._changed = threading.Condition()
        self._ended = False
        self._tail = b""
        threading.Thread(target=self._drain, args=[pipe], daemon=True, name="output").start()

    def _drain(self, pipe: IO[bytes]) -> None:
        # Whether anybody reads or not: a process that cannot write stops.
        with pipe, contextlib.suppress(OSError, ValueError):
            while piece := os.read(pipe.fileno(), _PIECE):
                with self._changed:
                    self._tail = (self._tail + piece)[-_TAIL:]
                    self._pieces.append(piece)
                    self._size += len(piece)
                    while len(self._pieces) > _PIECES or self._size > _UNREAD:
                        self._size -= len(self._pieces.popleft())
                    self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    @property
    def last(self) -> str:
        """The last line, once all that has written has ended."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended, timeout=_LAST_SECONDS)
            lines = self._tail.decode(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    def pieces(self) -> Generator[bytes, None, None]:
        """Read the pieces in the order in which they came, to the last."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._pieces or self._ended)
                if not self._pieces:
                    return
                piece = self._pieces.popleft()
                self._size -= len(piece)
            yield piece


@dataclass(slots=True)
class _Process:
    """A container, as a process.

    Attributes:
        name: The container's name.
        command: What is run in its place.
        environ: Its environment.
        process: The process, once it was started.
        output: What it wrote since its last start.
        unread: The outputs of its starts that nobody has begun to read.
        stopping: Whether it was told to end.
        exit_code: Its exit code, once it and its group have ended.
    """

    name: str
    command: ProcessCommand
    environ: dict[str, str]
    process: "subprocess.Popen[bytes] | None" = None
    output: _Output | None = None
    unread: deque[_Output] = field(default_factory=lambda: deque(maxlen=8))
    stopping: bool = False
    killed: bool = False
    exit_code: int | None = None


@dataclass(slots=True)
class _Network:
    """Network of a task: where its ports are."""

    name: str
    address: str
    ports: Mapping[int, int] = field(default_factory=dict)


class TaskProcesses:
    """The processes of one task, under the calls of an engine.

    Args:
        processes: The processes of the run.
        commands: What is run in place of each container.
    """

    pause_image = ""

    def __init__(self, processes: Processes, commands: Mapping[str, ProcessCommand]) -> None:
        self._processes = processes
        self._commands = commands
        self._task = secrets.token_hex(8)
        self._network: _Network | None = None
        self._made: dict[str, _Process] = {}
        self._scratch: Path | None = None

    def create(self, config: Mapping[str, Any], name: str) -> str:
        """Prepare a process, or the network of the task, whose configuration names no container.

        Raises:
            StartError: If a port cannot be had.
        """
        container = config.get("Labels", {}).get(CONTAINER)
        if container is None:
            self._network = self._make_network(config)
            return name
        network = self._network
        if network is None:
            raise EngineError("the task has no network yet")
        command = self._commands[container]
        variables = dict(each.split("=", 1) for each in config["Env"])
        told = {name: str(network.ports[port]) for name, port in command.ports.items()}
        environ = {
            **self._processes.environment(self._make_scratch()),
            **variables,
            **told,
            "HOST": HERE,
        }
        self._made[name] = _Process(container, command, environ)
        return name

    def _make_network(self, config: Mapping[str, Any]) -> _Network:
        told = {port for each in self._commands.values() for port in each.ports.values()}
        asked = {each.ready_port for each in self._commands.values() if each.ready_port}
        exposed = {int(port.partition("/")[0]) for port in config["ExposedPorts"]}
        try:
            ports = self._processes.ports.take(self._task, exposed | told | asked, told)
        except PortError as error:
            raise StartError(f"ResourceInitializationError: {error}") from error
        network = config["HostConfig"]["NetworkMode"]
        return _Network(network, self._processes.address(), ports)

    def _make_scratch(self) -> Path:
        if self._scratch is None:
            self._scratch = self._processes.folder / f"task-{self._task}"
            self._scratch.mkdir(mode=0o700)
        return self._scratch

    def start(self, container: str) -> None:
        """Start a process, again if it ran before."""
        made = self._made.get(container)
        if made is None:
            return
        process = self._processes.start(made.command.command, made.command.directory, made.environ)
        made.process, made.exit_code = process, None
        if process.stdout is not None:
            made.output = _Output(process.stdout)
            made.unread.append(made.output)

    def inspect(self, container: str) -> dict[str, Any] | None:
        """Describe a process, or the network of the task.

        Raises:
            StartError: If others than this machine reach a port of it.
        """
        made = self._made.get(container)
        if made is None:
            return self._describe_network()
        self._observe(made)
        if made.process is None:
            return {"State": {"Status": "created", "ExitCode": 0}}
        if made.exit_code is not None:
            said = made.output.last if made.output is not None and made.exit_code else ""
            return {"State": {"Status": "exited", "ExitCode": made.exit_code, "Error": said}}
        if not made.stopping:
            self._check_ports(made)
        return {"State": {"Status": "running", "ExitCode": 0}}

    def _describe_network(self) -> dict[str, Any] | None:
        network = self._network
        if network is None:
            return None
        ports = {
            f"{port}/tcp": [{"HostIp": HERE, "HostPort": str(here)}]
            for port, here in network.ports.items()
        }
        return {
            "State": {"Status": "running", "ExitCode": 0},
            "NetworkSettings": {
                "Networks": {network.name: {"IPAddress": network.address}},
                "Ports": ports,
            },
        }

    def _observe(self, made: _Process) -> None:
        process = made.process
        if process is None or made.exit_code is not None or (code := process.poll()) is None:
            return
        # A shell ends before the program that it started: that one has its time, too.
        if made.stopping and not made.killed and guard.send(process.pid, 0):
            return
        self._processes.ended(process.pid)
        made.exit_code = 128 - code if code < 0 else code

    def _check_ports(self, made: _Process) -> None:
        ports = list(self._network.ports.values()) if self._network is not None else []
        if found := self._processes.find_open(ports):
            listed = ", ".join(map(str, found))
            raise StartError(
                f"CannotStartContainerError: container {made.name}: port {listed} of this machine "
                f"is open to its network: have the process listen on {HERE}, which the variable "
                "HOST holds"
            )

    def signal(self, container: str, name: str) -> None:
        """Send a signal to a process and to all that it started."""
        made = self._made[container]
        made.stopping = True
        made.killed = made.killed or name == "SIGKILL"
        if made.process is not None and made.exit_code is None:
            guard.send(made.process.pid, signal.Signals[name])

    def remove(self, container: str) -> None:
        """Kill what is left of a process; with the network, give its ports back."""
        made = self._made.pop(container, None)
        if made is None:
            self._processes.ports.release(self._task)
            self._network = None
            if self._scratch is not None:
                shutil.rmtree(self._scratch, ignore_errors=True)
        elif made.process is not None and made.exit_code is None:
            self._processes.ended(made.process.pid)
            made.process.wait()

    def logs(self, container: str, *, only_new: bool = False) -> Iterator[bytes]:  # noqa: ARG002
        """Read what a process writes, of one start after the other."""
        try:
            return self._made[container].unread.popleft().pieces()
        except (KeyError, IndexError):
            return iter(())

    def execute(self, container: str, command: Sequence[str]) -> tuple[int, bytes]:
        """Ask whether a process is ready, or run a command where it runs."""
        made = self._made[container]
        if made.command.ready:
            return int(not self._is_ready(made.command)), b""
        process = self._processes.start(command, made.command.directory, made.environ)
        try:
            output, _ = process.communicate(timeout=_EXECUTE_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise EngineError(
                f"{command[0]} did not end within {_EXECUTE_SECONDS:.0f} s"
            ) from error
        finally:
            self._processes.ended(process.pid)
        return process.returncode, output

    def _is_ready(self, command: ProcessCommand) -> bool:
        if self._network is None or command.ready_port is None:
            return False
        port = self._network.ports[command.ready_port]
        connection = http.client.HTTPConnection(HERE, port, timeout=_READY_SECONDS)
        try:
            connection.connect()
            if command.ready_path is None:
                return True
            connection.request("GET", command.ready_path)
            answer = connection.getresponse()
            # One that is hung up on writes that into its log.
            answer.read(_PIECE)
        except (OSError, http.client.HTTPException):
            return False
        else:
            return answer.status < _FIRST_ERROR
        finally:
            connection.close()

    def make_volume(self, name: str, *, owner: tuple[int, int, int] | None = None) -> None:
        """Make nothing: processes have the files of this machine."""

    def remove_volume(self, name: str) -> None:
        """Remove nothing."""
