"""Changed files are followed: `serverless-containers local up --watch --engine processes`."""

import json
import signal
import sys
import threading

import pytest

from serverless_containers.local.deploy.assembly import SOURCES
from serverless_containers.local.processes.commands import METADATA
from tests.support.local_api import SERVER, Deployed, container, eventually, template, variables
from tests.support.local_app import App

pytestmark = [pytest.mark.local, pytest.mark.thorough]

WAITS = "Waiting for files to change"


def project(app, version):
    """Give the app a stack with a service of one process, and the Compose file that it is of."""
    web = container(Environment=variables(VERSION=version))
    command = {
        "command": [sys.executable, "-u", "main.py"],
        "directory": str(app.folder / "web"),
        "ready": "http://localhost:8080/health",
        "ports": {"PORT": 8080},
        "entrypoint": True,
    }
    app.has(
        template(web),
        {"Url": {"Value": {"Fn::GetAtt": ["Api", "ApiEndpoint"]}}},
        metadata={
            "/Stack/Task": [
                {"type": METADATA, "data": {"app": {"web": command}}},
                {"type": SOURCES, "data": [str(app.folder.parent / "shared")]},
            ]
        },
    )


def program(value):
    """The program of the service: what it answers holds the value, which only its source has."""
    return f"import os\nos.environ['VALUE'] = {value!r}\n{SERVER}"


class Watch:
    """A watch that goes on, and what it said."""

    def __init__(self, app):
        self.said = ""
        self.process = app.start("up", "--watch", "--engine", "processes", "--json", str(app.json))
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.said += line

    def says(self, words):
        eventually(lambda: words in self.said or self.process.poll() is not None)
        assert words in self.said

    def end(self):
        self.process.send_signal(signal.SIGINT)
        self.close()
        return self.process.returncode

    def close(self):
        self.process.wait(timeout=60)
        self._reader.join(timeout=60)
        self.process.stdout.close()


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    made = App(tmp_path_factory.mktemp("watched app"))
    # What the emulator and this test write.
    (made.folder / ".gitignore").write_text("tmp\nstack.json\n")
    (made.folder / "compose.yml").write_text("# 1\n")
    (made.folder / "web").mkdir()
    (made.folder / "web/main.py").write_text(program("1"))
    project(made, version="1")
    yield made
    made.end()


@pytest.fixture(scope="module")
def watch(app):
    made = Watch(app)
    made.says(WAITS)
    yield made
    made.process.kill()
    made.close()


@pytest.fixture(scope="module")
def deployed(app, watch):  # noqa: ARG001  # it is deployed to meanwhile
    return Deployed(app)


def answers(deployed, **expected):
    def answered():
        # Between two tasks nobody answers.
        status, _, content = deployed.request("GET", "/")
        return status == 200 and expected.items() <= json.loads(content)["environment"].items()

    eventually(answered)


def test_another_source_file_starts_the_process_anew(app, watch, deployed):
    answers(deployed, VALUE="1", VERSION="1")
    (app.folder / "web/main.py").write_text(program("2"))
    answers(deployed, VALUE="2", VERSION="1")
    watch.says(f"{app.folder}/web/main.py changed\nStarted anew: 1 task\n")


def test_a_folder_that_is_made_anew_is_followed(app, deployed):
    (app.folder / "web").rename(app.folder / "tmp/web")
    (app.folder / "web").mkdir()
    (app.folder / "web/main.py").write_text(program("3"))
    answers(deployed, VALUE="3", VERSION="1")


def test_a_process_that_ends_is_told_with_its_exit_code_and_what_it_wrote(app, watch, deployed):
    (app.folder / "web/main.py").write_text("print('first')\nraise SystemExit('no luck\\x1b[2J')\n")
    watch.says(
        "A task of web failed: Essential container in task exited (container web, exit code 1: "
        "no luck\\x1b[2J)\n  web | first\n  web | no luck\\x1b[2J\n"
    )
    (app.folder / "web/main.py").write_text("import os\nos.kill(os.getpid(), 11)\n")
    watch.says("(container web, exit code 139 (SIGSEGV))\n")
    (app.folder / "web/main.py").write_text(program("4"))
    answers(deployed, VALUE="4")


def test_another_compose_file_has_the_app_deployed_anew(app, watch, deployed):
    project(app, version="2")
    (app.folder / "compose.yml").write_text("# 2\n")
    answers(deployed, VALUE="4", VERSION="2")
    watch.says(f"{app.folder}/compose.yml changed\n")


def test_so_has_a_file_of_a_folder_elsewhere_that_synthesis_reads(app, watch, deployed):
    project(app, version="2b")
    shared = app.folder.parent / "shared"
    shared.mkdir()
    (shared / "base.txt").write_text("1")
    answers(deployed, VERSION="2b")
    watch.says(f"{shared}/base.txt changed\n")


def test_a_deployment_that_fails_is_told_and_the_next_one_follows(app, watch, deployed):
    stack = app.folder / "stack.json"
    stack.write_text("no JSON")
    (app.folder / "compose.yml").write_text("# 3\n")
    watch.says("Error: cdk synth failed")
    project(app, version="3")
    (app.folder / "compose.yml").write_text("# 4\n")
    answers(deployed, VERSION="3")
    assert json.loads(stack.read_text())["template"]


def test_an_interrupt_ends_the_watch_and_leaves_what_runs(watch, deployed):
    assert watch.end() == 0
    assert watch.said.endswith("To stop the embedded AWS: serverless-containers local down\n")
    answers(deployed, VERSION="3")
