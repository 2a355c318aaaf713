"""Texts in the small languages inside a Compose file, right and wrong, each in its own file."""

import json
import re

from hypothesis import assume
from hypothesis import strategies as st

_ALPHABETS = {
    "command": " ab'\"\\;&|<>()$`2\t\n",
    "user": "${}:-+?AB_1 x\n",
    "stop_grace_period": "0123.hmsuwd+-n ",
    "mem_limit": "0123.kKmMgbBiI e+-",
    "ports": "0189:-/.[]tcpud ",
    "volumes": "ab:/.~,\\ rozZ$}{",
    "extra_hosts": "a=:,[]1.",
}
# Pieces that chance alone would hardly make.
_PIECES = {
    "command": ["$(", "$$", "&&", "\\'", "''", '""'],
    "user": ["${A", "${", ":-", "$$", "}}", "${B:?", "$A"],
    "stop_grace_period": ["1h", "30s", "ms", "µs", "1.5", "99999999999"],
    "mem_limit": ["512", "kib", "gb", "1e3", "0x1"],
    "ports": ["80", ":80", "8080", "127.0.0.1:", "[::1]:", "/udp", "8000-8010"],
    "volumes": ["data:", "./a", ":/b", ":ro", "C:\\", "nocopy", "/x/../y"],
    "extra_hosts": ["host=", "10.0.0.1", "[::1]"],
}
_IMMENSE = re.compile(r"[0-9]{4}.*[pPtTgG]|[0-9]{12}|e\+?[0-9]{2}")
_PLAIN = "0123456789_+-.eExXoObBnafintrueyls~:TZ ,#"
_PLAIN_PIECES = [
    "0x",
    "0o",
    "0b",
    "1e",
    "2024-01-02",
    "10:30",
    ".inf",
    ".nan",
    "null",
    "True",
    "T1:2:3Z",
]
_ENV = "AB=: #'\"\\$ {}-\n\tn0export.[]"
_ENV_PIECES = [
    "A=",
    "B=",
    "\n",
    "${A}",
    "${B:-x}",
    "export ",
    "'x'",
    '"x"',
    " #",
    "\\n",
    "\\$",
    "#c\n",
]


def _texts(alphabet: str, pieces: list[str]) -> st.SearchStrategy[str]:
    part = st.one_of(st.sampled_from(pieces), st.sampled_from(alphabet))
    return st.lists(part, max_size=9).map("".join)


@st.composite
def fragments(draw: st.DrawFn) -> str:
    """A Compose file with one such text."""
    key = draw(st.sampled_from(sorted(_ALPHABETS)))
    text = draw(_texts(_ALPHABETS[key], _PIECES[key]))
    # Amounts beyond 64 bits are one of the listed differences.
    assume(key != "mem_limit" or not _IMMENSE.search(text))
    value = [text] if key in {"ports", "volumes", "extra_hosts"} else text
    service = {"image": "image", key: value}
    content = {"services": {"app": service}, "volumes": {"data": {}, "a": {}, "b": {}, "ab": {}}}
    return json.dumps(content)


@st.composite
def plain_scalars(draw: st.DrawFn) -> str:
    """A Compose file with scalars whose type YAML has to find out."""
    texts = draw(st.lists(_texts(_PLAIN, _PLAIN_PIECES), min_size=1, max_size=3))
    lines = [f"  - {text}" for text in texts]
    return "\n".join(["x-a:", *lines, "services: {app: {image: image}}"]) + "\n"


def env_files() -> st.SearchStrategy[str]:
    """A file of variables."""
    return _texts(_ENV, _ENV_PIECES)
