"""Words that were perhaps meant."""

import pytest

from serverless_containers.spelling import nearest
from tests.unit.test_architecture import FILES, imports, module_of


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("enviroment", ["environment", "env_file"], "environment"),
        ("HEALTHCHEK", ["healthcheck"], "healthcheck"),
        ("privte", ["PRIVATE", "PUBLIC"], "PRIVATE"),
        ("env-file", ["env_file"], "env_file"),
        ("Straße", ["strasse", "other"], "strasse"),
        # Of two that differ by their case alone the first one.
        ("web", ["WEB", "Web"], "WEB"),
        ("x", ["environment"], None),
        ("", ["environment"], None),
        ("environment", [], None),
    ],
)
def test_nearest(word, known, meant):
    assert nearest(word, iter(known)) == meant


def test_no_other_module_guesses_by_itself():
    assert [module_of(file) for file in FILES if "difflib" in imports(file)] == ["spelling"]
