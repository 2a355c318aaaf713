"""Everything in this folder holds for both doors: each test runs over one and over the other."""

from textwrap import dedent

import pytest
from aws_cdk import Environment

from serverless_containers import ContainerApi, ContainerHosting
from tests.unit.doors.deployed import NGINX, Deployed


@pytest.fixture(scope="module", params=[ContainerApi, ContainerHosting], ids=["api", "hosting"])
def door(request):
    """The construct."""
    return request.param


@pytest.fixture(scope="module")
def by_design(door):
    """What is expected of the door at hand, where the two differ on purpose."""

    def _by_design(*, api, hosting):
        return api if door is ContainerApi else hosting

    return _by_design


@pytest.fixture
def deploy(door, project):
    """Put a Compose file behind the door; keywords are the construct's."""

    def _deploy(text=NGINX, *, env=None, **props):
        project.compose(dedent(text))
        return Deployed(door, project.path, env=env, **props)

    return _deploy


@pytest.fixture(scope="module")
def deploy_once(door, tmp_path_factory):
    """The same for a whole module, whose tests only read the template; files are by name."""

    def _deploy(text, files=(), **props):
        folder = tmp_path_factory.mktemp("sample") / "shop"
        for name in files:
            (folder / name).parent.mkdir(parents=True)
            (folder / name).write_text("FROM scratch\n", encoding="utf-8")
        folder.mkdir(exist_ok=True)
        (folder / "docker-compose.yml").write_text(dedent(text), encoding="utf-8")
        return Deployed(door, folder, **props)

    return _deploy


@pytest.fixture(scope="module")
def virginia():
    return Environment(account="123456789012", region="us-east-1")
