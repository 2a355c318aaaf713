"""A CDK app that the local deployment is run on, as a user runs it.

Most write their cloud assembly by themselves. That needs no aws-cdk-lib, so that a run takes a few
seconds; the CDK CLI cannot tell the difference.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from unittest import mock

from serverless_containers.local.clients import LocalClients
from serverless_containers.local.emulator.emulator import Emulator
from serverless_containers.local.folder import LocalFolder

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "serverless_containers", "local"]
ACCOUNT = "123456789012"
NO_ENGINE = "unix:///nonexistent/docker.sock"

APP = """
import json, os, pathlib

out = pathlib.Path(os.environ["CDK_OUTDIR"])
out.mkdir(parents=True, exist_ok=True)
context = json.loads(os.environ.get("CDK_CONTEXT_JSON", "{}"))
stack = json.loads(pathlib.Path("stack.json").read_text())
template = stack["template"]
if stack.get("unstable"):
    template["Outputs"] = {"Random": {"Value": os.urandom(8).hex()}}
(out / "Stack.template.json").write_text(json.dumps(template))
missing = [entry for entry in stack.get("missing", []) if entry["key"] not in context]
manifest = {
    "version": "50.0.0",
    "missing": missing,
    "artifacts": {
        "Stack": {
            "type": "aws:cloudformation:stack",
            "environment": stack.get("environment", "aws://unknown-account/unknown-region"),
            "properties": {"templateFile": "Stack.template.json", "stackName": "Stack"},
            "displayName": "dev/Stack (Stack)",
            "metadata": stack.get("metadata", {}),
        }
    },
}
(out / "manifest.json").write_text(json.dumps(manifest))
"""


class App:
    """A CDK app in a folder of its own."""

    def __init__(self, folder: Path, engine: str = NO_ENGINE) -> None:
        self.folder = folder
        self.engine = engine
        self.json = folder / "result.json"
        (folder / "app.py").write_text(APP)
        (folder / "cdk.json").write_text('{"app": "python app.py"}')
        (folder / "node_modules").symlink_to(ROOT / "node_modules")
        # Whatever the emulator leaves behind in the temporary folder is found there.
        self.tmp = folder / "tmp"
        self.tmp.mkdir()

    def has(self, resources, outputs=None, **more):
        template = {
            "Resources": resources,
            "Outputs": {"Answer": {"Value": "42"}, **(outputs or {})},
        }
        (self.folder / "stack.json").write_text(json.dumps({"template": template, **more}))

    def start(self, *arguments):
        return subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=self.folder,
            env=os.environ
            | {
                "TMPDIR": str(self.tmp),
                "AWS_PROFILE": "no-such-profile",
                "DOCKER_HOST": self.engine,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments):
        with self.start(*arguments) as process:
            output, _ = process.communicate(timeout=300)
        assert "Traceback" not in output
        return process.returncode, output

    def emulator(self):
        """The emulator that `up` left running."""
        with self.temporary_files():
            return LocalFolder(self.folder).kept()

    def temporary_files(self):
        """Let this process have the temporary files of those that the app starts."""
        return mock.patch.object(tempfile, "tempdir", str(self.tmp))

    def end(self):
        """Stop what `up` left running, if it did."""
        with self.temporary_files():
            if kept := LocalFolder(self.folder).kept():
                kept.stop()

    def started(self):
        """The emulator of a run that is under way, or None before it has one."""
        for note in (self.folder / ".local").glob("run-*.json"):
            with self.temporary_files(), contextlib.suppress(OSError, ValueError):
                return Emulator.find(json.loads(note.read_text())["folder"])
        return None

    def clients(self, region="us-east-1"):
        """Clients of the emulator that `up` left running."""
        return LocalClients(self.emulator().credentials(ACCOUNT), region=region)

    def result(self):
        return json.loads(self.json.read_text())

    def leftovers(self):
        """Processes that work in or for the folder, and files that outlived the run."""
        deadline = time.monotonic() + 5
        while (found := self._processes()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return found + [str(path) for path in self.tmp.glob("serverless-containers-local-*")]

    def _processes(self):
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                environ = (folder / "environ").read_bytes().decode(errors="replace")
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
            if folder.name != str(os.getpid()) and str(self.tmp) in f"{command} {environ}":
                found.append(command)
        return found
