"""What `from serverless_containers import …` offers, and nothing more."""

import typing

import pytest

import serverless_containers
from serverless_containers import ServiceProps


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
