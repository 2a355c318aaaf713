"""This project's own application where users of a pool may call it: the staging environment."""

import pytest

from tests.support.local_api import Deployed

pytestmark = [pytest.mark.local, pytest.mark.thorough]


@pytest.fixture(scope="module")
def app(sample):
    code, output = sample.run("up", "-c", "environment=staging", "--json", str(sample.json))
    assert code == 0, output
    return sample


@pytest.fixture(scope="module")
def ask(app):
    """Ask for the posts, and give the status of the answer."""
    deployed = Deployed(app)

    def _ask(token=None):
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return deployed.request("GET", "/posts", **headers)[0]

    return _ask


def test_without_a_token_nobody_is_let_in(ask):
    assert ask() == 401
    assert ask("garbage") == 401


@pytest.mark.parametrize("options", [(), ("--access",)])
def test_with_a_token_of_the_pool_the_application_answers(app, ask, options):
    code, token = app.run("token", *options)
    assert code == 0
    assert ask(token.strip()) == 200
    header, payload, signature = token.strip().split(".")
    assert ask(f"{header}.{payload}.{signature[:-6]}AAAAAA") == 401
