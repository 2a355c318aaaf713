"""Values that must not get out, and a search for them in every shape."""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote


def shapes(value: str) -> dict[str, bytes]:
    """A value as it could show up: plain, encoded, hashed."""
    raw = value.encode()
    found = {
        "plain": raw,
        "reversed": raw[::-1],
        "hexadecimal": raw.hex().encode(),
        "UTF-16": value.encode("utf-16-le"),
        "URL": quote(value, safe="").encode(),
    }
    # Of a longer text only the middle of its Base64 is the same at every offset.
    for offset in range(3):
        text = base64.b64encode(b"\0" * offset + raw)
        found[f"Base64 at {offset}"] = text[2 * (offset > 0) + 2 : -4]
    for content, what in ((raw, "value"), (raw + b"\n", "file")):
        for name in ("md5", "sha1", "sha256", "sha512", "blake2b"):
            digest = hashlib.new(name, content, usedforsecurity=False)
            found[f"{name} of the {what}"] = digest.hexdigest()[:32].encode()
            found[f"{name} of the {what}, Base64"] = base64.b64encode(digest.digest())[:20]
    return found


def leaks(values: Iterable[str], places: Iterable[Path | str | bytes]) -> Iterator[str]:
    """Where a value is found, and in which shape.

    Args:
        values: What must not be found.
        places: Folders and files, names included, and texts.
    """
    wanted = {
        f"{value} ({what})": shape for value in values for what, shape in shapes(value).items()
    }
    for name, content in _contents(places):
        for what, shape in wanted.items():
            if shape.lower() in content.lower():
                yield f"{what} in {name}"


def _contents(places: Iterable[Path | str | bytes]) -> Iterator[tuple[str, bytes]]:
    for place in places:
        match place:
            case Path() if place.is_dir():
                for path in sorted(place.rglob("*")):
                    yield f"the name {path}", str(path.relative_to(place)).encode()
                    if path.is_file() and not path.is_symlink():
                        yield str(path), path.read_bytes()
            case Path():
                yield str(place), place.read_bytes()
            case str():
                yield f"{place[:40]!r}…", place.encode()
            case _:
                yield f"{place[:40]!r}…", place
