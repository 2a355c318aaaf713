"""Reads the value of a secret, on the machine that pushes it and nowhere else.

Nothing of a value gets into a finding, an exception or a representation.
"""

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from serverless_containers.compose.files import NotRegularError, open_regular
from serverless_containers.findings import Findings, KeyPath, Rule
from serverless_containers.plan.secrets import rules
from serverless_containers.plan.secrets.model import SecretPlan, SecretStore

LARGEST_VALUE: Mapping[SecretStore, int] = {
    SecretStore.SECRETS_MANAGER: 65_536,
    SecretStore.PARAMETER_STORE: 4_096,
}
"""Bytes of a value: "CreateSecret", AWS Secrets Manager API Reference, and, for a standard
parameter, "PutParameter", AWS Systems Manager API Reference."""

_MULTILINE = "x-serverless-containers: {multiline: true}"


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class SecretText:
    """The value of a secret. Only `reveal` shows it.

    Attributes:
        newline_removed: Whether the newline at the end of its file was left out.
    """

    _text: str
    newline_removed: bool = False

    def reveal(self) -> str:
        """The value itself, for the store and nobody else."""
        return self._text

    def __repr__(self) -> str:
        return "SecretText(…)"


def read_value(
    plan: SecretPlan, findings: Findings, *, variables: Mapping[str, str]
) -> SecretText | None:
    """Read and check the value of a secret that is not external.

    One newline at its end is an editor's, and left out.

    Args:
        plan: The secret.
        findings: Takes what is wrong with its file, all at once.
        variables: The shell's, for a secret that comes from one.

    Returns:
        The value, or None if an error leaves none.
    """
    return _Reading(plan, findings, variables).read()


class _Reading:
    """Reads one secret."""

    def __init__(self, plan: SecretPlan, findings: Findings, variables: Mapping[str, str]) -> None:
        self._plan = plan
        self._findings = findings
        self._variables = variables
        self._sound = True

    def read(self) -> SecretText | None:
        content = self._content()
        text = None if content is None else self._text(content)
        return text if self._sound else None

    def _report(self, rule: Rule, message: str, fix: str) -> None:
        self._sound = False
        path: KeyPath = (*self._plan.path, "file" if self._plan.file else "environment")
        self._findings.report(rule, self._plan.at, path, message, fix)

    def _content(self) -> bytes | None:
        if self._plan.file is not None:
            return self._of_file(self._plan.file)
        name = self._plan.variable or ""
        if name in self._variables:
            return self._variables[name].encode("utf-8", "surrogateescape")
        self._report(
            rules.VALUE_MISSING,
            f"the variable {name} is not set in this shell",
            f"set it, or push the others with --only and leave {self._plan.key} to somebody who "
            "has it",
        )
        return None

    def _of_file(self, file: Path) -> bytes | None:
        try:
            # A link leads to another name, in another place, with other permissions.
            if any(each.is_symlink() for each in self._below_common(file)):
                self._report(
                    rules.FILE_LINK,
                    f"{file} is reached through a symbolic link",
                    "name the file that it leads to",
                )
                return None
            with open_regular(file, follow=False) as opened:
                self._check_mode(os.fstat(opened.fileno()).st_mode, file)
                # One byte more tells a value that is too long; more of it nobody needs.
                return opened.read(LARGEST_VALUE[self._plan.store] + 3)
        except NotRegularError:
            self._report(rules.FILE_UNREADABLE, f"{file} is no file", "name a file")
        except FileNotFoundError:
            self._report(
                rules.VALUE_MISSING,
                f"{file} does not exist",
                f"create it, or push the others with --only and leave {self._plan.key} to somebody "
                "who has it",
            )
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "its name is none that a file can have"
            self._report(
                rules.FILE_UNREADABLE, f"{file} cannot be read ({reason})", "make it readable"
            )
        return None

    def _check_mode(self, mode: int, file: Path) -> None:
        if os.name == "posix" and mode & (stat.S_IROTH | stat.S_IWOTH):
            self._report(
                rules.FILE_OPEN,
                f"everybody on this machine can read or write {file} "
                f"(mode {stat.S_IMODE(mode):04o})",
                f"chmod 600 {file}",
            )

    def _below_common(self, file: Path) -> Iterator[Path]:
        """The file, and the folders above it that are the project's own business."""
        yield file
        plan = self._plan
        common = os.path.commonpath((file.parent, plan.folder)) if plan.folder else file.parent
        for folder in (file.parent, *file.parents[1:]):
            if str(folder) == common:
                # Where both are in, a link leads both elsewhere.
                return
            yield folder

    def _text(self, content: bytes) -> SecretText | None:
        value = (
            content.removesuffix(b"\r\n")
            if content.endswith(b"\r\n")
            else (content.removesuffix(b"\n"))
        )
        where = self._plan.file or f"the variable {self._plan.variable}"
        largest = LARGEST_VALUE[self._plan.store]
        if len(value) > largest:
            self._report(
                rules.VALUE_SIZE,
                f"{where} holds more than {largest} bytes",
                "store the key to the rest, and the rest elsewhere"
                if self._plan.store is SecretStore.SECRETS_MANAGER
                else "keep it in Secrets Manager (store: secrets-manager)",
            )
            return None
        text = _decoded(value)
        if text is None:
            self._report(
                rules.VALUE_TEXT,
                f"{where} holds no text in UTF-8 without zero bytes and byte-order mark",
                "save it as plain UTF-8, or encode it, for instance with base64",
            )
        if not (value.strip() if text is None else text.strip()):
            self._report(rules.VALUE_EMPTY, f"{where} holds no value", "write the value into it")
        elif not self._plan.multiline and (b"\n" in value or b"\r" in value):
            self._report(
                rules.VALUE_LINES,
                f"{where} holds several lines",
                f"write one value on one line, or give the secret {_MULTILINE}",
            )
        return None if text is None else SecretText(text, newline_removed=content != value)


def _decoded(value: bytes) -> str | None:
    """A value as text, if it is any that a variable can hold."""
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        # Told without the error, which shows a part of the value.
        return None
    return None if "\0" in text or text.startswith("\ufeff") else text
