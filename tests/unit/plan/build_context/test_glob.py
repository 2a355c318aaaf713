"""Patterns of paths, held against the regular expressions that mean the same."""

import os
import random
import re

import pytest

from serverless_containers.plan.build_context.glob import read_glob
from serverless_containers.plan.resources.git_ignore import GitIgnore
from tests.support.work import lines_run

PARTS = {
    "a": "a",
    ".": r"\.",
    "/": "/",
    "*": "[^/]*",
    "?": "[^/]",
    "[ab]": "[ab]",
    "[^a]": "[^a]",
    r"\*": r"\*",
}


def test_what_a_pattern_matches_is_what_its_regular_expression_does():
    chance = random.Random(7)  # noqa: S311  # the same patterns each time
    matched = 0
    for _ in range(2000):
        parts = []
        for _ in range(chance.randint(1, 7)):
            # Two asterisks in a row are another pattern.
            wanted = [each for each in PARTS if each != "*" or parts[-1:] != ["*"]]
            parts.append(chance.choice(wanted))
        folders = chance.choice(["", "", "**/"])
        pattern = folders + "".join(parts)
        regex = re.compile("(?:.*/)?" * bool(folders) + "".join(map(PARTS.get, parts)), re.DOTALL)
        for _ in range(8):
            path = "".join(chance.choices("aab*./\n", k=chance.randint(0, 8)))
            expected = regex.fullmatch(path) is not None
            assert read_glob(pattern).matches(path) is expected, (pattern, path)
            matched += expected
    assert matched > 200


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("***", "a/b", True),
        ("**/*/x", "x", False),
        ("**/*/x", "a/x", True),
        ("a**b*", "ab", True),
        ("a**b*", "acb", False),
        ("a**b*", "ac/bd", True),
        ("**/a/**/b", "x/a/b", True),
        ("**/a/**/b", "a/x/y/b", True),
        ("**/a/**/b", "xa/b", False),
        ("*a/**", "a/b/c", True),
        ("*a/**", "a", False),
        ("**/*é*.?", "x/éa.b", True),
        (r"[\]]", "]", True),
        (r"[a\-z]*", "-x", True),
        (r"[a\-z]*", "b", False),
        (r"*[\d]*", "d", True),
        ("[]a]", "]", True),
        ("[a&&b]", "&", True),
    ],
)
def test_wildcards_and_classes_together(pattern, path, expected):
    assert read_glob(pattern).matches(path) is expected


@pytest.mark.parametrize("pattern", ["[z-a]", "*[z-a]*", "[^]"])
def test_what_is_no_pattern(pattern):
    found = read_glob(pattern)
    assert found is None or found.matches(pattern)


@pytest.mark.parametrize("pattern", ["*a" * 40, "**/a/" * 40 + "b", "a*?" * 40])
def test_asterisks_cost_what_the_path_is_long(pattern):
    # A regular expression would not end in a lifetime.
    found = read_glob(pattern)
    path = "a/" * 500 + "a" * 1000
    assert not found.matches(path)
    assert lines_run(lambda: found.matches(path)) < 20 * len(path)


def test_a_folder_is_asked_once_whether_git_ignores_it(tmp_path):
    (tmp_path / ".gitignore").write_text("x*y*z/\n")
    counts = []
    for depth in (100, 200):
        known = GitIgnore(os.path.realpath(tmp_path))
        paths = [f"{tmp_path}{'/a' * length}/file" for length in range(1, depth)]
        counts.append(
            lines_run(
                lambda known=known, paths=paths: [
                    known.ignores(path, is_folder=False) for path in paths
                ]
            )
        )
    assert counts[1] < 2.5 * counts[0]
