"""Whatever the bytes: a project or findings, before a process is used up, and no traceback."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_containers.compose import load_project, to_canonical
from serverless_containers.findings import Findings
from tests.support.corpus import ROOT
from tests.support.work import is_planned_within_limits

_SEEDS = [file.read_bytes() for file in sorted(ROOT.rglob("*.yaml"))]
_SNIPPETS = [
    b"&a ", b"*a", b"<<: ", b"!reset ", b"!override ", b"${", b"}", b"$", b"- ", b": ", b"{", b"[",
    b"]", b"\n", b"\n---\n", b"\t", b"'", b'"', b"\x00", b"\xff", b"\xef\xbb\xbf", b"|\n", b"? ",
    b"!!int ", b"null", b"extends: app", b"include: [x.yaml]", b"%YAML 1.2\n", b"\xe2\x80\xa8",
]  # fmt: skip


def _load(folder: Path, content: bytes, env: bytes = b"") -> Findings:
    (folder / "compose.yaml").write_bytes(content)
    (folder / "x.yaml").write_bytes(content)
    (folder / ".env").write_bytes(env)
    findings = Findings()
    project = load_project(folder, findings=findings)
    if project is None:
        assert findings.errors
    else:
        to_canonical(project)
    return findings


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bytes")


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    content = draw(st.sampled_from(_SEEDS))
    chance = random.Random(draw(st.integers(0, 1 << 32)))  # noqa: S311  # no secret
    for _ in range(draw(st.integers(1, 5))):
        at = chance.randrange(len(content) + 1)
        kind = chance.randrange(4)
        if kind == 0:
            content = content[:at] + chance.choice(_SNIPPETS) + content[at:]
        elif kind == 1:
            content = content[:at] + content[at + chance.randrange(1, 9) :]
        elif kind == 2:
            content = content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :]
        else:
            other = chance.choice(_SEEDS)
            content = content[:at] + other[chance.randrange(len(other) + 1) :]
    return content


@given(content=mutated())
def test_mutated_files(folder: Path, content: bytes) -> None:
    _load(folder, content)


@given(content=st.binary(max_size=200), env=st.binary(max_size=200))
def test_noise(folder: Path, content: bytes, env: bytes) -> None:
    _load(folder, content, env)
    _load(folder, b"services: {app: {image: a, env_file: .env}}", content)


def _alias_bomb(levels: int) -> bytes:
    lines = ["x-0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in range(1, levels):
        aliases = ", ".join([f"*a{level - 1}"] * 10)
        lines.append(f"x-{level}: &a{level} [{aliases}]")
    return ("\n".join(lines) + "\nservices: {app: {image: a}}\n").encode()


_SERVICE = b"services: {app: {image: a, user: '%s'}}"
_BOMBS = {
    "aliases of aliases": _alias_bomb(30),
    "aliases of mappings": b"x: &a {b: c}\n" + b"".join(
        b"x-%d: &b%d {<<: *a, c: *a}\n" % (at, at) for at in range(5000)
    ),
    "deep lists": b"x-a: " + b"[" * 100_000,
    "deep mappings": b"x-a: " + b"{a: " * 50_000,
    "deep blocks": b"\n".join(b" " * at + b"x-a:" for at in range(3000)),
    "deep aliases": b"x-0: &a0 [x]\n" + b"".join(
        b"x-%d: &a%d [*a%d]\n" % (at, at, at - 1) for at in range(1, 5000)
    ),
    "many documents": b"---\nx-a: 1\n" * 5000,
    "many keys": b"x-a: {" + b", ".join(b"k%d: v" % at for at in range(100_000)) + b"}",
    "one key many times": b"x-a: {" + b"k: v, " * 20_000 + b"}",
    "a long line": b"x-a: " + b"a" * 5_000_000,
    "open variables": _SERVICE % (b"${A:-" * 100_000),
    "nested variables": _SERVICE % (b"${A:-" * 20_000 + b"}" * 20_000),
    "unbalanced variables": _SERVICE % (b"${A:-{" * 20_000 + b"}"),
    "many variables": _SERVICE % (b"${A:-b}" * 100_000),
    "a long number": b"x-a: " + b"9" * 1_000_000,
    "a long hexadecimal number": b"x-a: 0x" + b"f" * 1_000_000,
    "a long port": b"services: {app: {image: a, ports: ['" + b"9" * 1_000_000 + b":80']}}",
    "a wide range of ports": b"services: {app: {image: a, ports: ['1-65535']}}",
    "a long duration": b"services: {app: {image: a, stop_grace_period: " + b"1s" * 200_000 + b"}}",
    "a long size": b"services: {app: {image: a, mem_limit: '" + b"1" * 1_000_000 + b"k'}}",
    "many unset variables": b"x-a: [" + b"$A," * 50_000 + b"]\nservices: {app: {image: a}}",
    "extends in a row": b"services:\n  s0: {image: a}\n" + b"".join(
        b"  s%d: {extends: s%d}\n" % (at, at - 1) for at in range(1, 3000)
    ),
    "dependencies in a row": b"services:\n  s0: {image: a}\n" + b"".join(
        b"  s%d: {image: a, depends_on: [s%d]}\n" % (at, at - 1) for at in range(1, 3000)
    ),
    "includes itself twice": b"include: [x.yaml, ./x.yaml]\n",
    "nothing": b"",
    "UTF-16": "services: {app: {image: a}}".encode("utf-16"),
}  # fmt: skip


@pytest.mark.parametrize("name", _BOMBS)
def test_files_made_to_exhaust(folder: Path, name: str) -> None:
    (folder / "compose.yaml").write_bytes(_BOMBS[name])
    (folder / "x.yaml").write_bytes(_BOMBS[name])
    (folder / ".env").write_bytes(b"")
    assert is_planned_within_limits(folder)


@pytest.mark.parametrize(
    "env", [b"A=" + b"${A:-" * 50_000, b"A='" * 100_000, b"A\n" * 200_000, b"#" * 1_000_000]
)
def test_variable_files_made_to_exhaust(folder: Path, env: bytes) -> None:
    (folder / "compose.yaml").write_bytes(b"services: {app: {image: a}}")
    (folder / ".env").write_bytes(env)
    assert is_planned_within_limits(folder)


def test_an_alias_bomb_is_refused_with_its_reason(folder: Path) -> None:
    findings = _load(folder, _alias_bomb(30))
    assert [found.rule.code for found in findings.errors] == ["too-large"]


def test_aliases_within_reason_are_read(folder: Path) -> None:
    assert not _load(folder, _alias_bomb(4)).errors
