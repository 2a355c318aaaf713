"""Mutations of the corpus: of bytes, of lines, of words, and by parts of other files."""

import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

CORPUS = Path(__file__).parents[1] / "corpus"
LARGEST = 64 * 1024
"""Bytes of a mutated file: repeating grows it."""

_WORDS = (
    *(b"services:", b"x-serverless-containers:", b"<<: *a", b"&a", b"*a", b"!reset", b"!override"),
    *(
        b"${A:-${B:-c}}",
        b"${A:?x}",
        b"${",
        b"}",
        b"$$",
        b"$",
        b"{{resolve:ssm:x}}",
        b"${Token[T.1]}",
    ),
    *(b"'", b'"', b"[", b"]", b"{", b"}", b",", b": ", b"- ", b"#", b"|", b">-", b"\\", b"\x00"),
    *(b"\xff\xfe", b"\xef\xbb\xbf", "ü\u2028".encode(), b"\t", b"\r\n", b"\n\n", b"? ", b"---\n"),
    *(b"0", b"-1", b"1e309", b"0x1f", b"0o17", b"1_000", b"99999999999999999999", b".inf", b"~"),
    *(b"10s", b"1h2m3.5s", b"512m", b"1.5gb", b"80:80", b"1-65535", b"127.0.0.1:80:80/udp", b"yes"),
    *(b"build: .", b"image: x", b"ports: ['80']", b"env_file: .env", b"extends: {service: a}"),
    *(b"include: [a.yml]", b"secrets: [x]", b"configs: [x]", b"volumes: ['a:/b']", b"deploy: {}"),
    *(
        b"FROM x AS y\n",
        b"ARG A=$B\n",
        b"ENV A=$A$A\n",
        b"RUN <<EOF\n",
        b"EOF\n",
        b"COPY --from=y a b\n",
    ),
    *(b"HEALTHCHECK CMD x\n", b"EXPOSE $A\n", b"# syntax=x\n", b"# escape=`\n", b"\\\n"),
    *(b'"Action": ["s3:GetObject"]', b'"Resource": "*"', b"${env}", b"A=B\n", b"export A='\n"),
    *(b"/dev/zero", b"/proc/self/environ", b"../../x", b"~/x", b"C:\\x", b"https://x.git#a:b"),
)

Files = dict[str, bytes]
Mutate = Callable[[random.Random, bytes, Sequence[bytes]], bytes]


def cases() -> list[Files]:
    """The files of each case of the corpus, by their names; a file of its own is one case."""
    found: list[Files] = []
    for kind in ("accepted", "rejected"):
        for folder in sorted((CORPUS / kind).iterdir()):
            files = [folder] if folder.is_file() else sorted(folder.rglob("*"))
            found += [{"compose.yaml": each.read_bytes()} for each in files if each.is_file()]
    for folder in sorted((CORPUS / "projects").iterdir()):
        if folder.is_dir():
            found.append(
                {
                    str(each.relative_to(folder)): each.read_bytes()
                    for each in sorted(folder.rglob("*"))
                    if each.is_file()
                }
            )
    # Few of the corpus build anything: these do.
    found += [{"compose.yaml": compose, **EXTRA} for compose in _BUILDS * 20]
    return [files for files in found if files]


_BUILDS = (
    b"services:\n  web:\n    build:\n      context: .\n      args: {V: '1', A: \"it's $$x\"}\n"
    b"      labels: {a.b: 'EOF'}\n      target: build\n    ports: ['80']\n",
    b"services:\n  web:\n    build: .\n    ports: ['8080:80']\n    environment: [A=${A}, B]\n"
    b"  job:\n    build: {context: ., dockerfile_inline: \"FROM x\\nRUN echo 'a' $$(b)\"}\n",
)
EXTRA: Mapping[str, bytes] = {
    "Dockerfile": b"ARG V=1\nFROM base:$V AS build\nENV A=1 B=${A:-x}\nEXPOSE 80/tcp $A\n"
    b"RUN <<EOF\necho\nEOF\nFROM scratch\nCOPY --from=build /a /b\n"
    b"HEALTHCHECK --interval=10s CMD wget -q http://localhost/ || exit 1\n",
    ".env": b"A=1\nB='two'\nC=\"three ${A}\" # x\nexport D=${B:-$A}\n",
    "custom-policies.json": b'[{"Effect": "Allow", "Action": ["s3:GetObject"], '
    b'"Resource": ["arn:aws:s3:::${env}-b/*"], '
    b'"Condition": {"Bool": {"aws:SecureTransport": true}}}]',
    ".dockerignore": b"*.log\n!a.log\n**/x\n",
    "compose.dev.yaml": b"services: {web: {environment: {A: b}}}\n",
}


def mutated(rng: random.Random, files: Files, others: Sequence[bytes]) -> Files:
    """Change one to three things of a case, and put files beside it that it may not have."""
    made = dict(files)
    for name, content in EXTRA.items():
        if rng.random() < 0.15:
            made.setdefault(name, content)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        name = rng.choice(sorted(made))
        made[name] = rng.choice(_MUTATIONS)(rng, made[name], others)[:LARGEST]
    return made


def _flip(rng: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    if not data:
        return data
    at = rng.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]


def _cut(rng: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    first, last = sorted(rng.randint(0, len(data)) for _ in range(2))
    return data[:first] + data[min(last, first + rng.randint(1, 40)) :]


def _insert(rng: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    at = rng.randint(0, len(data))
    return data[:at] + rng.choice(_WORDS) + data[at:]


def _replace_word(rng: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    words = data.split(b" ")
    at = rng.randrange(len(words))
    end = b"\n" if words[at].endswith(b"\n") else b""
    source = rng.choice(_WORDS) if rng.random() < 0.6 else rng.choice(_words_of(rng, others))
    words[at] = source + end
    return b" ".join(words)


def _words_of(rng: random.Random, others: Sequence[bytes]) -> list[bytes]:
    return rng.choice(others).split() or [b""]


def _lines(rng: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    lines = data.splitlines(keepends=True)
    if not lines:
        return data
    at, to = rng.randrange(len(lines)), rng.randrange(len(lines))
    kind = rng.randrange(4)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines.insert(to, lines[at])
    elif kind == 2:
        lines[at], lines[to] = lines[to], lines[at]
    else:
        lines[at] = b" " * rng.choice((1, 2, 4)) + lines[at].lstrip(b" ")
    return b"".join(lines)


def _splice(rng: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Put a part of another file between two lines, as deep as the line before."""
    lines = data.splitlines(keepends=True)
    part = rng.choice(others).splitlines(keepends=True)
    if not part:
        return data
    start = rng.randrange(len(part))
    chosen = part[start : start + rng.randint(1, 8)]
    at = rng.randint(0, len(lines))
    before = lines[at - 1] if at else b""
    depth = len(before) - len(before.lstrip(b" ")) + rng.choice((0, 2))
    return (
        b"".join(lines[:at])
        + b"".join(b" " * depth + each for each in chosen)
        + b"".join(lines[at:])
    )


def _repeat(rng: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    first, last = sorted(rng.randint(0, len(data)) for _ in range(2))
    last = min(last, first + 60)
    return data[:last] + data[first:last] * rng.choice((1, 3, 50, 400)) + data[last:]


_MUTATIONS: tuple[Mutate, ...] = (
    _flip,
    _cut,
    _insert,
    _insert,
    _replace_word,
    _lines,
    _splice,
    _repeat,
)
