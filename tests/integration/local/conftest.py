"""A container engine, and apps that are deployed to it."""

import contextlib
import shutil

import pytest

from serverless_containers.local.failure import LocalError
from tests.support.local_api import Deployed
from tests.support.local_app import ROOT, App
from tests.support.local_engine import LocalEngine, why_not
from tests.support.skips import skip_without_engine


@pytest.fixture(scope="session")
def started_engine(tmp_path_factory):
    """An engine with the base images, which takes a while to start."""
    skip_without_engine(why_not())
    engine = LocalEngine(tmp_path_factory.mktemp("engine"))
    yield engine
    engine.stop()


@pytest.fixture(scope="module")
def engine(started_engine):
    """The engine, in whose network a module's tests are. Each module leaves it as it was."""
    with started_engine.inside():
        yield started_engine


@pytest.fixture(scope="module")
def make_app(engine, tmp_path_factory):
    """Make an app in a folder of its own. What it left running is stopped in the end."""
    made = []

    def make():
        made.append(App(tmp_path_factory.mktemp("app"), engine.url))
        return made[-1]

    yield make
    for app in made:
        with contextlib.suppress(LocalError):
            app.end()


@pytest.fixture(scope="module")
def up(make_app):
    """Deploy a template to an emulated AWS that goes on: the app, and what runs."""

    def upping(resources, *options):
        app = make_app()
        app.has(resources)
        code, output = app.run("up", "--json", str(app.json), *options)
        assert code == 0, output
        return app, Deployed(app)

    return upping


@pytest.fixture(scope="module")
def sample(make_app):
    """This project's own application."""
    app = make_app()
    ignored = shutil.ignore_patterns("node_modules", "__pycache__")
    for name in ("app.py", "cdk.json"):
        shutil.copy(ROOT / name, app.folder)
    for name in ("stacks", "container_src"):
        shutil.copytree(ROOT / name, app.folder / name, ignore=ignored)
    return app
