import graphlib

import pytest
from aws_cdk import App, Stack

from serverless_containers import ContainerApi
from serverless_containers.build_pipeline import BuildPipeline
from tests.support.shared_template import SharedTemplate

COMPOSE = """
services:
  web: {build: ./web, ports: ["80"]}
  worker: {build: ./worker}
  cache: {image: "redis:8"}
"""


class Piped(SharedTemplate):
    """A stack with a ContainerApi whose images a pipeline builds."""

    def __init__(self, folder, props, api_props):
        self._arguments = folder, props, api_props
        super().__init__(folder, props, api_props)

    def make(self):
        folder, props, api_props = self._arguments
        self._stack = Stack(App(), "Shop")
        ContainerApi(
            self._stack, "Api", source=folder, images=BuildPipeline.managed(**props), **api_props
        )

    @property
    def resources(self):
        return self.template.to_json()["Resources"]

    def of_type(self, kind):
        return {
            name: resource for name, resource in self.resources.items() if resource["Type"] == kind
        }

    def only(self, kind):
        (resource,) = self.of_type(kind).values()
        return resource["Properties"]

    def before(self, kind):
        """The logical ids of everything that is made before a resource of a type."""
        needs = {name: set(_needs(resource, self.resources)) for name, resource in
                 self.resources.items()}  # fmt: skip
        # Raises for a circle.
        tuple(graphlib.TopologicalSorter(needs).static_order())
        (start,) = self.of_type(kind)
        found, todo = set(), [start]
        while todo:
            for name in needs[todo.pop()] - found:
                found.add(name)
                todo.append(name)
        return found


def _is_name(value):
    """A container's dependencies have the same key as a resource's, and are no names."""
    return isinstance(value, str)


def _needs(value, resources):
    if isinstance(value, dict):
        for key, below in value.items():
            if key == "Ref" and isinstance(below, str) and below in resources:
                yield below
            elif key == "Fn::GetAtt":
                yield below[0] if isinstance(below, list) else below.split(".")[0]
            elif key == "DependsOn":
                yield from [below] if isinstance(below, str) else filter(_is_name, below)
            else:
                yield from _needs(below, resources)
    elif isinstance(value, list):
        for below in value:
            yield from _needs(below, resources)


@pytest.fixture
def shop(project):
    """A folder with two services that are built and one that is not."""
    project.compose(COMPOSE)
    project.write("web/Dockerfile", "FROM scratch\n")
    project.write("worker/Dockerfile", "FROM scratch\n")
    return project


@pytest.fixture
def pipe(shop):
    def _pipe(*, api=None, **props):
        return Piped(shop.path, props, api or {})

    return _pipe
