"""Patterns of ``.dockerignore``."""

import pytest

from serverless_containers.plan.build_context.ignore import IgnoreRules


def ignores(text, path):
    rules = IgnoreRules(text.splitlines())
    matched, parts = rules.top, path.split("/")
    for count in range(1, len(parts) + 1):
        matched = rules.match("/".join(parts[:count]), matched)
    return rules.ignores(matched)


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("", "a", False),
        ("a", "a", True),
        ("a", "b/a", False),
        ("/a/", "a", True),
        ("./a", "a", True),
        ("a", "a/b/c", True),
        ("*.pem", "x.pem", True),
        ("*.pem", "a/x.pem", False),
        ("**/*.pem", "x.pem", True),
        ("**/*.pem", "a/b/x.pem", True),
        ("**/x", "ax", False),
        ("a/**", "a/b/c", True),
        ("a/**", "a", False),
        ("a/**/c", "a/c", True),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("[ab]x", "bx", True),
        ("[^ab]x", "bx", False),
        ("[a-c]x", "bx", True),
        (r"\[a\]", "[a]", True),
        ("# a\n#b", "#b", False),
        ("*\n!a", "a", False),
        ("*\n!a", "b", True),
        ("!a\n*", "a", True),
        ("a\n!a/b", "a/b", False),
        ("a\n!a/b", "a/c", True),
        ("*.md\n!README*.md\nREADME-secret.md", "README-secret.md", True),
        ("[", "a", False),
        ("a(b|c)+", "a(b|c)+", True),
        ("  a  ", "a", True),
        ("!", "a", False),
        (".", "a", False),
    ],
)
def test_what_a_pattern_leaves_out(text, path, expected):
    assert ignores(text, path) is expected


def test_the_file_of_a_dockerfile_takes_precedence(tmp_path):
    (tmp_path / ".dockerignore").write_text("a")
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "Dockerfile.dockerignore").write_text("b")
    own = IgnoreRules.of(str(tmp_path), "deploy/Dockerfile")
    common = IgnoreRules.of(str(tmp_path), "Dockerfile")
    assert own.ignores(own.match("b", own.top))
    assert not own.ignores(own.match("a", own.top))
    assert common.ignores(common.match("a", common.top))
