"""What `from serverless_containers import …` offers, and nothing more."""

import ast
import inspect
import re
import textwrap
import typing

import pytest

import serverless_containers
from serverless_containers import (
    Authorization,
    BuildPipeline,
    BuiltImages,
    ContainerApi,
    ContainerCluster,
    ContainerHosting,
    ContainerService,
    ContainerServiceProps,
    PipelineProps,
    PipelineSource,
    SecretsFromFiles,
    ServiceProps,
    SignIn,
)
from serverless_containers.workload.project.props import ProjectProps

CONSTRUCTS = (
    ContainerApi,
    ContainerHosting,
    ContainerService,
    ContainerCluster,
    BuildPipeline,
    SecretsFromFiles,
)


@pytest.mark.parametrize("name", serverless_containers.__all__)
def test_every_name_is_there_and_documented(name):
    assert getattr(serverless_containers, name).__doc__


def test_the_names_are_sorted_and_listed():
    assert serverless_containers.__all__ == sorted(serverless_containers.__all__)
    assert dir(serverless_containers) == serverless_containers.__all__


def test_an_unknown_name_is_said_to_be_unknown():
    with pytest.raises(AttributeError, match="has no attribute 'ContainerApo'"):
        _ = serverless_containers.ContainerApo


def test_no_argument_of_a_service_is_required():
    assert ServiceProps.__required_keys__ == frozenset()
    assert "stop_delay" in typing.get_type_hints(ServiceProps)


def test_a_worker_has_no_argument_about_requests():
    for_requests = {"entrypoint", "port", "stop_delay"}
    shared = typing.get_type_hints(ContainerServiceProps).keys()
    assert typing.get_type_hints(ServiceProps).keys() - shared == for_requests


@pytest.mark.parametrize("construct", CONSTRUCTS, ids=lambda each: each.__name__)
def test_an_editor_shows_the_documentation_of_every_argument(construct):
    """It shows what `__init__` says, or else what that of the CDK's `Construct` says."""
    told = inspect.getdoc(construct.__init__)
    documented = re.findall(r"^    \*{0,2}(\w+): ", told, re.MULTILINE)
    parameters = list(inspect.signature(construct.__init__).parameters)
    assert documented[: len(parameters) - 1] == parameters[1:]
    assert construct.__doc__
    assert "Args:" not in construct.__doc__


@pytest.mark.parametrize(
    ("props", "inherits"),
    [
        (ProjectProps, object),
        (ContainerServiceProps, ProjectProps),
        (ServiceProps, ContainerServiceProps),
        (PipelineProps, object),
    ],
    ids=lambda each: each.__name__,
)
def test_an_editor_shows_the_documentation_of_every_keyword(props, inherits):
    """It shows the text behind the keyword in the source."""
    (found,) = ast.parse(textwrap.dedent(inspect.getsource(props))).body
    documented = {
        keyword.target.id
        for keyword, text in zip(found.body, found.body[1:], strict=False)
        if isinstance(keyword, ast.AnnAssign) and isinstance(text, ast.Expr)
    }
    keywords = typing.get_type_hints(props).keys() - typing.get_type_hints(inherits).keys()
    assert documented == keywords


@pytest.mark.parametrize(
    "chosen", [Authorization, BuiltImages, PipelineSource, SignIn], ids=lambda each: each.__name__
)
def test_what_is_chosen_before_it_can_be_made_is_bound_in_one_way(chosen):
    """`bind(scope, ...)` makes what is needed below the scope, and returns the bound thing."""
    signature = inspect.signature(chosen.bind)
    assert list(signature.parameters)[:2] == ["self", "scope"]
    assert signature.return_annotation.__name__.startswith("Bound")
