import pytest
from click.testing import CliRunner

from serverless_containers.cli import main
from tests.support.deployed_stack import deploy
from tests.support.recorded_aws import RecordedAws


@pytest.fixture
def aws(monkeypatch):
    """AWS's APIs, which know a stack with a steady service."""
    recorded = RecordedAws(monkeypatch)
    deploy(recorded)
    return recorded


@pytest.fixture
def run():
    """Run a command; whatever happens, no traceback is shown."""

    def invoke(*arguments, answer=None, **environment):
        result = CliRunner().invoke(main, list(arguments), input=answer, env=environment)
        assert result.exception is None or isinstance(result.exception, SystemExit), (
            result.exception
        )
        assert "Traceback" not in result.output + result.stderr
        return result

    return invoke
