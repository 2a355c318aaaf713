"""Rules of the diagnosis: a cause, how it is found, and how it is mended."""

import shlex
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from serverless_containers.diagnosis.evidence import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A find of a rule.

    Attributes:
        evidence: Where it shows, a line each.
        values: Names for the commands of the rule, such as ``repository``.
        advice: What to do about this very case. Default: the rule's fix.
        repair: The command that mends this very case. Default: the rule's.
    """

    evidence: tuple[str, ...]
    values: Mapping[str, str] = field(default_factory=dict)
    advice: str = ""
    repair: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A known cause of failure.

    Attributes:
        code: Its name.
        title: The cause, in a sentence.
        sees: What one sees of it.
        why: Why it comes to that.
        look: The command that tells, with ``{cluster}``, ``{service}``, ``{stack}``,
            ``{stack_path}`` and the values that were found.
        fix: How to mend it.
        repair: The command that mends it; empty where none does.
        page: The page of AWS's documentation.
        find: Looks for it in the evidence.
        explains: Codes of the rules that say nothing more once this one is found.
        note: Whether nothing fails because of it.
    """

    code: str
    title: str
    sees: str
    why: str
    look: str
    fix: str
    page: str
    find: Callable[[Evidence], Found | None]
    repair: str = ""
    explains: tuple[str, ...] = ()
    note: bool = False


def fill(command: str, values: Mapping[str, str]) -> str:
    """Return a command with its values, quoted for a shell, and in capitals the unknown ones.

    Args:
        command: The command, with names in braces, as `str.format` reads them.
        values: The values by name, as AWS tells them; empty ones count as not known.
    """
    known = _Values({name: shlex.quote(value) for name, value in values.items() if value})
    return command.format_map(known)


class _Values(defaultdict[str, str]):
    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(str, values)

    def __missing__(self, key: str) -> str:
        return key.upper()
