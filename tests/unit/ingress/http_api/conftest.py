from textwrap import dedent

import pytest

from serverless_containers import ContainerApi
from tests.unit.workload.deployed import NGINX, Deployed


@pytest.fixture
def deploy(project):
    """Put a Compose file into a ContainerApi; keywords are the construct's."""

    def _deploy(text=NGINX, **props):
        project.compose(dedent(text))
        return Deployed(ContainerApi, project.path, **props)

    return _deploy
