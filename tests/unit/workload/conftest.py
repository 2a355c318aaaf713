"""Everything in this folder holds behind both ingresses: each test runs over one and the other."""

from textwrap import dedent

import pytest
from aws_cdk import Environment

from serverless_containers import ContainerApi, ContainerHosting
from tests.unit.workload.deployed import NGINX, Deployed


@pytest.fixture(scope="module", params=[ContainerApi, ContainerHosting], ids=["api", "hosting"])
def ingress(request):
    """The construct."""
    return request.param


@pytest.fixture(scope="module")
def by_design(ingress):
    """What is expected of the ingress at hand, where the two differ on purpose."""

    def _by_design(*, api, hosting):
        return api if ingress is ContainerApi else hosting

    return _by_design


@pytest.fixture
def deploy(ingress, project):
    """Put a Compose file behind the ingress; keywords are the construct's."""

    def _deploy(text=NGINX, *, env=None, **props):
        project.compose(dedent(text))
        return Deployed(ingress, project.path, env=env, **props)

    return _deploy


@pytest.fixture(scope="module")
def deploy_once(ingress, tmp_path_factory):
    """The same for a whole module, whose tests only read the template; files are by name."""

    def _deploy(text, files=(), **props):
        folder = tmp_path_factory.mktemp("sample") / "shop"
        for name in files:
            (folder / name).parent.mkdir(parents=True)
            (folder / name).write_text("FROM scratch\n", encoding="utf-8")
        folder.mkdir(exist_ok=True)
        (folder / "docker-compose.yml").write_text(dedent(text), encoding="utf-8")
        return Deployed(ingress, folder, **props)

    return _deploy


@pytest.fixture(scope="module")
def virginia():
    return Environment(account="123456789012", region="us-east-1")
