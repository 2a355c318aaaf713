"""The site of README.md and docs/: every link leads somewhere, and what is generated is current."""

import os
import re
import subprocess
import sys

import pytest

from serverless_containers import ContainerApi
from tests.support.pages import ROOT
from tools.architecture import reduced
from tools.site_hooks import site_links
from tools.write_docs import PAGES


@pytest.mark.parametrize("name", PAGES)
def test_what_is_generated_is_current(name):
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert text == PAGES[name](), "run `make docs`"


def build(configuration, target):
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", configuration, "-d", target],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_site_is_built_without_a_warning(tmp_path):
    result = build(ROOT / "mkdocs.yml", tmp_path / "site")
    assert result.returncode == 0, result.stderr
    assert "WARNING" not in result.stderr
    names = {str(file.relative_to(tmp_path / "site")) for file in tmp_path.rglob("*.html")}
    assert {"index.html", "security.html", "rules.html", "guides/deploy.html"} <= names
    reference = (tmp_path / "site" / "api.html").read_text()
    assert 'id="serverless_containers.ContainerApi"' in reference
    # The documentation of an argument is there, wherever the class has it.
    documented = f"{ContainerApi.__doc__}{ContainerApi.__init__.__doc__}"
    said = re.search(r"^ +authorization: (\w+ \w+ \w+)", documented, re.MULTILINE)
    assert said[1] in reference


@pytest.mark.parametrize(
    ("page", "link", "there"),
    [
        ("index.md", "docs/guides/deploy.md", "guides/deploy.md"),
        ("index.md", "SECURITY.md", "security.md"),
        ("guides/local.md", "../../SECURITY.md#x", "../security.md#x"),
        ("guides/local.md", "../rules.md", "../rules.md"),
        ("deployer.md", "guides/secrets.md", "guides/secrets.md"),
        ("contributing.md", "docs/decisions/README.md", "decisions/README.md"),
    ],
)
def test_links_of_the_repository_become_links_of_the_site(page, link, there):
    assert site_links(f"See [it]({link}).", page) == f"See [it]({there})."


@pytest.mark.parametrize("link", ["https://example.com/a.md", "#tags", "mailto:me@example.com"])
def test_other_links_stay(link):
    assert site_links(f"[it]({link})", "guides/local.md") == f"[it]({link})"


def test_an_edge_is_left_out_where_another_path_leads():
    graph = {"a": frozenset("bc"), "b": frozenset("c"), "c": frozenset()}
    assert reduced(graph) == {"a": frozenset("b"), "b": frozenset("c"), "c": frozenset()}


def test_circles_are_kept():
    graph = {"a": frozenset("bc"), "b": frozenset("ac"), "c": frozenset()}
    kept = reduced(graph)
    assert ("b" in kept["a"], "a" in kept["b"]) == (True, True)
    assert ("c" in kept["a"]) != ("c" in kept["b"])
