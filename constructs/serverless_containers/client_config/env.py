"""Lines of variables, for shells, dotenv files and the build tools of web applications."""

import re
from collections.abc import Iterator, Mapping

from serverless_containers.client_config.errors import ClientConfigError
from serverless_containers.client_config.merged import Merged, newline_of
from serverless_containers.client_config.model import ClientConfig

_PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")
_ASSIGNMENT = re.compile(
    r"[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)[ \t]*=(?:[ \t]+(?![ \t#]))?"
)
_QUOTED = re.compile(
    r"""(?: '(?P<single>[^']*)' | "(?P<double>(?:\\.|[^"\\])*)" | `[^`]*` ) (?P<rest>[^\s#;]*)""",
    re.VERBOSE | re.DOTALL,
)
_BARE = re.compile(r"(?:(?![ \t]#)[^\r\n])*")


def variables(client: ClientConfig, prefix: str) -> dict[str, str]:
    """Return the variables and their values, in the order in which they are written.

    Args:
        client: The configuration; it has one API at most.
        prefix: What each name begins with, such as ``VITE_``.

    Raises:
        ClientConfigError: If there are several APIs, which one name each cannot tell apart.
    """
    if len(client.apis) > 1:
        raise ClientConfigError(
            f"the variables tell of one API, got {len(client.apis)}; name one --stack, and write "
            "the others with another --prefix"
        )
    values: dict[str, str] = {}
    for api in client.apis:
        values["API_NAME"] = api.name
        values["API_URL"] = api.url
        values["API_REGION"] = api.region
        values["API_AUTHORIZATION_TYPE"] = api.authorization.value
    if pool := client.user_pool:
        values["USER_POOL_ID"] = pool.id
        values["USER_POOL_CLIENT_ID"] = pool.client_id
    if identities := client.identity_pool:
        values["IDENTITY_POOL_ID"] = identities.id
    return {f"{prefix}{name}": value for name, value in values.items()}


def to_lines(values: Mapping[str, str]) -> str:
    """Write a new file."""
    return "".join(f"{name}={quoted(value)}\n" for name, value in values.items())


def quoted(value: str) -> str:
    """Return a value in a form that shells and dotenv files read alike.

    Raises:
        ClientConfigError: If there is none.
    """
    if _PLAIN.fullmatch(value):
        return value
    if "'" not in value and "\\" not in value:
        return f"'{value}'"
    if not set(value) & set('\\"$`!'):
        return f'"{value}"'
    raise ClientConfigError(
        f"{value!r} has no form that shells and dotenv files read alike; give another --name"
    )


def merge_lines(text: str, values: Mapping[str, str]) -> Merged:
    """Write variables into lines that are there; what is no value of theirs stays as it is.

    Args:
        text: The lines.
        values: The variables. A line that sets one of them gets its value, new ones come last.
    """
    there: set[str] = set()
    changed: list[str] = []
    pieces: list[str] = []
    done = 0
    for name, start, end in _assignments(text):
        if name not in values:
            continue
        there.add(name)
        if _plain_value(text[start:end]) != values[name]:
            pieces += (text[done:start], quoted(values[name]))
            done = end
            changed.append(name)
    pieces.append(text[done:])
    added = [name for name in values if name not in there]
    newline = newline_of(text)
    if added:
        lines = [f"{name}={quoted(values[name])}" for name in added]
        is_ended = not text or text.endswith("\n")
        pieces += (
            "" if is_ended else newline,
            newline.join(lines),
            newline if is_ended else "",
        )
    return Merged(text="".join(pieces), added=tuple(added), changed=tuple(dict.fromkeys(changed)))


def _assignments(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each variable that is set, and the offsets of its value."""
    at = 0
    while at < len(text):
        if found := _ASSIGNMENT.match(text, at):
            start = found.end()
            value = _QUOTED.match(text, start) or _BARE.match(text, start)
            at = value.end() if value else start
            yield found["name"], start, start + len(text[start:at].rstrip(" \t"))
        newline = text.find("\n", at)
        at = newline + 1 if newline >= 0 else len(text)


def _plain_value(written: str) -> str | None:
    """Return the meaning of a value; None if that takes more than leaving out its quotes."""
    quotes = _QUOTED.fullmatch(written)
    if quotes is None:
        return written if _PLAIN.fullmatch(written) else None
    if quotes["rest"]:
        return None
    if quotes["single"] is not None:
        return None if "\\" in quotes["single"] else quotes["single"]
    double = quotes["double"]
    return None if double is None or set(double) & set('\\"$`') else double
