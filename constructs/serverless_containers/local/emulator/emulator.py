"""Starts, recognises and stops the emulator's process."""

import contextlib
import hmac
import json
import os
import secrets
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as SigningKey

from serverless_containers.local.builds.commands import names_given
from serverless_containers.local.credentials import Credentials, make_secret, proof
from serverless_containers.local.emulator.environment import (
    ENFORCE_IAM,
    ENGINE,
    FOLDER,
    KEEP,
    PROCESSES,
    RUN,
)
from serverless_containers.local.emulator.run_folder import RunFolder
from serverless_containers.local.engine import Engine, EngineError, sweep
from serverless_containers.local.failure import LocalError
from serverless_containers.local.gate import STATUS_PATH
from serverless_containers.local.ministack.declared import PatchError, check_version
from serverless_containers.local.process import Child, end_group

HOST = "127.0.0.1"
DEFAULT_ACCOUNT = "123456789012"
_START_SECONDS = 60.0
_STOP_SECONDS = 10.0
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH", "VIRTUAL_ENV")
"""All that the emulator sees of the caller's environment: much of the rest would steer it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Emulator:
    """An emulator that runs, as any process of this user can find it.

    Attributes:
        port: Where it listens on 127.0.0.1.
        pid: Its process, and the process group of everything that it started.
        secret: The secret with which requests to it are signed.
        folder: Its private files.
        engine: The address of the container engine that it uses, if it uses one.
        run: The id by which everything is found that it made there.
        processes: Whether processes of this machine take the place of containers.
    """

    port: int
    pid: int
    secret: str = field(repr=False)
    folder: str
    engine: str = ""
    run: str = ""
    processes: bool = False

    @classmethod
    def find(cls, folder: str) -> "Emulator | None":
        """Find one by its folder, if that is the folder of one of this user's runs."""
        found = RunFolder.find(folder)
        with contextlib.suppress(TypeError):
            if found is not None:
                return cls(**{**found.read(), "folder": folder})
        return None

    @property
    def endpoint(self) -> str:
        """The URL for AWS_ENDPOINT_URL."""
        return f"http://{HOST}:{self.port}"

    def credentials(self, account: str) -> Credentials:
        """Return the key by which it is reached in the name of an account."""
        return Credentials(endpoint=self.endpoint, account=account, secret=self.secret)

    def status(self) -> dict[str, Any] | None:
        """Return its status, or None if it is not this emulator that answers."""
        # No proxy of the user's: the request must not leave the machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        url = f"{self.endpoint}{STATUS_PATH}"
        signed = AWSRequest("GET", url)
        SigV4Auth(SigningKey(DEFAULT_ACCOUNT, self.secret), "sts", "us-east-1").add_auth(signed)
        request = urllib.request.Request(url, headers=dict(signed.headers.items()))  # noqa: S310
        challenge = signed.headers["Authorization"].rpartition("Signature=")[2]
        with contextlib.suppress(OSError, urllib.error.URLError, ValueError, AttributeError):
            with opener.open(request, timeout=5) as answer:
                status: dict[str, Any] = json.load(answer)
            if hmac.compare_digest(str(status.get("proof", "")), proof(self.secret, challenge)):
                return status
        return None

    def is_alive(self) -> bool:
        """Return whether its process is still there."""
        with contextlib.suppress(ChildProcessError):
            # One of our own is a process until somebody asks for its exit code.
            os.waitpid(self.pid, os.WNOHANG)
        found = RunFolder.find(self.folder)
        return found is not None and found.is_locked()

    def stop(self) -> None:
        """End it, though another process started it, and remove its files."""
        # Never by its number alone, which may be another process's by now.
        if self.is_alive():
            end_group(self.pid, signal.SIGTERM)
            deadline = time.monotonic() + _STOP_SECONDS
            # It answers no more while it still removes its containers.
            while self.is_alive() and time.monotonic() < deadline:
                time.sleep(0.1)
            if self.is_alive():
                end_group(self.pid, signal.SIGKILL)
        self.clean_up()

    def clean_up(self) -> None:
        """Remove what an emulator that has ended left behind.

        Raises:
            LocalError: If the engine does not answer. Its containers are still there then.
        """
        folder = RunFolder.find(self.folder)
        names = names_given(Path(self.folder)) if folder is not None else ()
        if folder is not None:
            folder.remove()
        if not self.engine:
            return
        try:
            sweep(Engine(self.engine, self.run), self.run, names)
        except EngineError as error:
            raise LocalError(
                f"what runs at the engine could not be removed: {error}; "
                "`serverless-containers local down` tries again"
            ) from error


class EmulatorProcess:
    """An emulator that this process started. It ends with this process unless it is kept.

    Args:
        port: The port to listen on; 0 for a free one.
        account: The account of requests that carry none.
        log: The file that takes its output.
        engine: The address of the container engine to use; empty for none.
        processes: Whether processes of this machine take the place of containers.
        enforce_iam: Whether calls are refused that no policy allows.

    Raises:
        LocalError: If the port is taken, or MiniStack is not the pinned version.
    """

    def __init__(
        self,
        *,
        port: int,
        account: str,
        log: Path,
        engine: str = "",
        processes: bool = False,
        enforce_iam: bool = False,
    ) -> None:
        try:
            check_version()
        except PatchError as error:
            raise LocalError(str(error)) from error
        with _listen(port) as listening:
            secret = make_secret()
            folder = RunFolder.make()
            port = listening.getsockname()[1]
            run = secrets.token_hex(4) if engine else ""
            # The child alone holds it, as soon as this process has closed its own.
            held = folder.lock()
            try:
                self._child = Child(
                    [
                        sys.executable,
                        "-m",
                        "serverless_containers.local.emulator.server",
                        str(_fd(listening)),
                    ],
                    environ=_environ(os.environ, port, account, secret, str(folder.path))
                    | {ENGINE: engine, RUN: run}
                    | ({PROCESSES: "1"} if processes else {})
                    | ({ENFORCE_IAM: "1"} if enforce_iam else {}),
                    log=log,
                    pass_fds=[_fd(listening), held],
                    stdin=True,
                )
            except BaseException:
                folder.remove()
                raise
            finally:
                os.close(held)
        self.emulator = Emulator(
            port=port,
            pid=self._child.pid,
            secret=secret,
            folder=str(folder.path),
            engine=engine,
            run=run,
            processes=processes,
        )
        folder.write(asdict(self.emulator))

    def wait_until_ready(self) -> None:
        """Wait until it answers.

        Raises:
            LocalError: If it ends instead, with its last words.
        """
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._child.poll() is not None:
                raise LocalError(
                    "the embedded AWS did not start", _last_lines(self._child.log, count=5)
                )
            if self.emulator.status() is not None:
                return
        raise LocalError(f"the embedded AWS did not answer within {_START_SECONDS:.0f} seconds")

    def keep(self) -> None:
        """Let it outlive this process."""
        if self._child.stdin is not None:
            self._child.stdin.write(KEEP)
            self._child.stdin.close()

    def stop(self) -> None:
        """End it and remove its files."""
        self._child.stop()
        self.emulator.clean_up()


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        # From here on nobody else can take the port, and early requests wait for the emulator.
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise LocalError(
            f"port {port} on {HOST} cannot be used ({error.strerror}): "
            "name another with --port, or leave it out for a free one"
        ) from error
    return listening


def _fd(listening: socket.socket) -> int:
    return listening.fileno()


def _environ(
    caller: Mapping[str, str], port: int, account: str, secret: str, folder: str
) -> dict[str, str]:
    inherited = {name: caller[name] for name in _INHERITED if name in caller}
    return inherited | {
        FOLDER: folder,
        "GATEWAY_PORT": str(port),
        # What the account's own key is signed with.
        "AWS_SECRET_ACCESS_KEY": secret,
        "MINISTACK_ACCOUNT_ID": account,
        "STATE_DIR": f"{folder}/state",
        "S3_DATA_DIR": f"{folder}/s3",
        "TMPDIR": folder,
        # These two would listen on every interface.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        # MiniStack's own way of running containers shares no localhost among them, and at its
        # start it removes containers that it takes for its own. Nothing runs rather than that.
        "DOCKER_HOST": f"unix://{folder}/no-engine.sock",
    }


def _last_lines(log: Path, *, count: int) -> tuple[str, ...]:
    return tuple(log.read_text(errors="replace").splitlines()[-count:])
