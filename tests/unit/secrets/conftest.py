from textwrap import dedent

import pytest
from aws_cdk import App, Stack
from aws_cdk.assertions import Template

from serverless_containers import SecretsFromFiles
from tests.support.secrets import FILE


@pytest.fixture
def source(project):
    """A folder that reads one secret of each kind."""
    return project.compose(dedent(FILE))


class Kept:
    """A stack with SecretsFromFiles in it."""

    def __init__(self, source, **props):
        self.app = App()
        self.stack = Stack(self.app, "Test")
        self.secrets = SecretsFromFiles(self.stack, "Secrets", source=source, **props)

    def resources(self, kind):
        found = Template.from_stack(self.stack).find_resources(kind)
        return [each["Properties"] for each in found.values()]

    def notes(self):
        return [
            entry.data
            for each in self.stack.node.find_all()
            for entry in each.node.metadata
            if entry.type == "aws:cdk:info"
        ]


@pytest.fixture
def keep(source):
    return lambda **props: Kept(source, **props)
