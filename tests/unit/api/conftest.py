from textwrap import dedent

import pytest
from tests.unit.ingresses.deployed import NGINX, Deployed

from serverless_containers import ContainerApi


@pytest.fixture
def deploy(project):
    """Put a Compose file into a ContainerApi; keywords are the construct's."""

    def _deploy(text=NGINX, **props):
        project.compose(dedent(text))
        return Deployed(ContainerApi, project.path, **props)

    return _deploy
