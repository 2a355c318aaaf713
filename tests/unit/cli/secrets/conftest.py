import pytest

from tests.support.secrets_case import secrets_case


@pytest.fixture
def case(tmp_path, monkeypatch, capfd):
    yield from secrets_case(tmp_path, monkeypatch, capfd)


@pytest.fixture
def terminal(monkeypatch):
    """Somebody is there to answer questions."""
    monkeypatch.setattr("serverless_containers.cli.secrets.push._can_ask", lambda: True)
