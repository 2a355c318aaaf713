from textwrap import dedent

import pytest
from aws_cdk import App, Environment, Stack
from aws_cdk.assertions import Template

from serverless_containers import ContainerApi

NGINX = "services: {web: {image: 'nginx:1.29', ports: ['8080:80']}}"


class Deployed:
    """A stack with a ContainerApi in it, and its template once it is asked for."""

    def __init__(self, folder, *, env=None, **props):
        self.app = App()
        self.stack = Stack(self.app, "Test", env=env)
        self.api = ContainerApi(self.stack, "Api", source=folder, **props)
        self._template = None

    @property
    def template(self):
        self._template = self._template or Template.from_stack(self.stack)
        return self._template

    def resources(self, kind):
        """The properties of all resources of a type, in the order of the template."""
        found = self.template.find_resources(kind)
        return [resource.get("Properties", {}) for resource in found.values()]

    def only(self, kind):
        (properties,) = self.resources(kind)
        return properties

    def containers(self):
        definitions = self.only("AWS::ECS::TaskDefinition")["ContainerDefinitions"]
        return {definition["Name"]: definition for definition in definitions}


@pytest.fixture
def deploy(project):
    """Put a Compose file into a ContainerApi; keywords are the construct's."""

    def _deploy(text=NGINX, *, env=None, **props):
        project.compose(dedent(text))
        return Deployed(project.path, env=env, **props)

    return _deploy


@pytest.fixture
def virginia():
    return Environment(account="123456789012", region="us-east-1")
