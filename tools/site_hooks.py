"""Hooks of MkDocs: the pages at the top of the repository join those of docs/ in the site.

Links in the pages lead from file to file of the repository, as those who read them there follow
them; here they become links of the site.
"""

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parent.parent
DOCS = "docs/"
AT_THE_TOP = {
    "README.md": "index.md",
    "SECURITY.md": "security.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}
"""The pages at the top of the repository, and what they are called in the site."""
_IN_REPOSITORY = {site: file for file, site in AT_THE_TOP.items()}
_LINK = re.compile(r"\]\((?!https?:|mailto:|#)(?P<file>[^)#\s]+)(?P<anchor>#[^)\s]*)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages at the top of the repository."""
    for file, site in AT_THE_TOP.items():
        content = (ROOT / file).read_text(encoding="utf-8")
        files.append(File.generated(config, site, content=content))
    return files


def on_page_markdown(markdown: str, page: Page, **_rest: object) -> str:
    """Turn the links of the repository into those of the site."""
    return site_links(markdown, page.file.src_uri)


def site_links(markdown: str, page: str) -> str:
    """Turn the links of a page into those of the site.

    Args:
        markdown: The page, as it is in the repository.
        page: What it is called in the site.
    """
    folder = posixpath.dirname(_IN_REPOSITORY.get(page, DOCS + page))

    def _linked(match: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(folder, match["file"]))
        site = AT_THE_TOP.get(target, target.removeprefix(DOCS))
        link = posixpath.relpath(site, posixpath.dirname(page) or ".")
        return f"]({link}{match['anchor'] or ''})"

    return _LINK.sub(_linked, markdown)
