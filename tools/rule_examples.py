"""Why each rule is there, with an example that breaks it and one that does not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

EXAMPLES = Path(__file__).parent.parent / "docs" / "rule-examples.yaml"
_COMPOSE = "docker-compose.yml"
_DEFAULT_RUN = "check"
_LANGUAGES = {
    ".yml": "yaml",
    ".yaml": "yaml",
    ".json": "json",
    ".py": "python",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A project, and what is run there.

    Attributes:
        files: The files of the project folder ``shop``, by their names.
        commands: What a shell does there before.
        run: The command of ``serverless-containers``, with its options; an ``app.py`` is run
            instead where there is one.
    """

    files: Mapping[str, str]
    commands: str
    run: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """The reason and the examples of a rule, for the reference beside its summary.

    Attributes:
        why: What would happen without the rule.
        bad: A project that breaks it. None where no file can.
        good: One that does not, where there is a bad one.
        also: Codes of other rules that the bad one cannot help to break.
    """

    why: str
    bad: Example | None
    good: Example | None
    also: frozenset[str]


def read_examples() -> Mapping[str, Explained]:
    """Read the examples, by the codes of their rules."""
    content: Mapping[str, Mapping[str, Any]] = yaml.safe_load(EXAMPLES.read_text(encoding="utf-8"))
    return {code: _explained(given) for code, given in content.items()}


def _explained(given: Mapping[str, Any]) -> Explained:
    run = given.get("run", _DEFAULT_RUN)
    return Explained(
        why=given["why"],
        bad=_example(given.get("bad"), given.get("commands", ""), run),
        good=_example(
            given.get("good"), given.get("good-commands", ""), given.get("good-run", run)
        ),
        also=frozenset(given.get("also", ())),
    )


def _example(files: str | Mapping[str, str] | None, commands: str, run: str) -> Example | None:
    if files is None:
        return None
    return Example(
        files={_COMPOSE: files} if isinstance(files, str) else files, commands=commands, run=run
    )


def with_examples(reference: str) -> str:
    """Add why, the bad and the good example to each rule of the reference.

    Args:
        reference: The reference in Markdown, with a heading of the third level for each rule.
    """
    explained = read_examples()
    introduction, *entries = reference.split("\n### ")
    return introduction + "".join(f"\n### {_entry(entry, explained)}" for entry in entries)


def _entry(entry: str, explained: Mapping[str, Explained]) -> str:
    # The last rule of a group is followed by the heading of the next one.
    text, heading, group = entry.partition("\n## ")
    code, _, rest = text.partition("\n")
    given = explained.get(code)
    if given is None:
        return entry
    summary, source, page = rest.rstrip("\n").partition("\n\nSource: ")
    parts = [f"{code}\n{summary} {given.why}"]
    if given.bad and given.good:
        parts += _found_in(given.bad)
        parts += _not_in(given.good, given.bad)
    return "\n\n".join(parts) + f"{source}{page}\n" + heading + group


def _found_in(example: Example) -> Iterator[str]:
    yield f"Found {_by(example)}in:"
    if example.commands:
        yield _fenced("sh", "", example.commands)
    for name, text in example.files.items():
        yield _block(name, text)


def _not_in(example: Example, bad: Example) -> Iterator[str]:
    """The good example, of which the files that the bad one has as well are not shown again."""
    shown = [
        *(
            [_fenced("sh", "", example.commands)]
            if example.commands not in {"", bad.commands}
            else ()
        ),
        *(
            _block(name, text)
            for name, text in example.files.items()
            if bad.files.get(name) != text
        ),
    ]
    by = _by(example) if example.run != bad.run else ""
    if shown:
        yield f"Not {by}in:"
        yield from shown
    else:
        yield f"Not {by}in the same files" + (" without these commands." if bad.commands else ".")


def _by(example: Example) -> str:
    return "" if example.run == _DEFAULT_RUN else f"by `serverless-containers {example.run}` "


def _block(name: str, text: str) -> str:
    return _fenced(_LANGUAGES.get(Path(name).suffix, "text"), name, text)


def _fenced(language: str, name: str, text: str) -> str:
    title = f' title="{name}"' if name else ""
    return f"```{language}{title}\n{text}```"
