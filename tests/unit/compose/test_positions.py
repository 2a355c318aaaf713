"""Every finding stands where the fault is: through interpolation, merge, extends and include."""

import json
from pathlib import Path

import pytest
import yaml

from serverless_containers.compose import load_project
from serverless_containers.findings import Findings
from tests.support.corpus import ROOT

_LARGE = """\
# a comment, so that lines and services do not run in step
x-shared: &shared
  logging:
    driver: json-file
    options: {max-size: "10m", "max-file": '3'}
services:
  web:
    <<: *shared
    image: registry.example.com/web:1.0
    build:
      context: ./web
      dockerfile: Dockerfile
      args:
        - VERSION=1
        - "NAME=web"
      labels: {a: b, ünï: "cödé"}
    command: ["node", 'server.js', --port, "80"]
    entrypoint: >-
      /bin/sh
      -c
    environment:
      PLAIN: value
      QUOTED: "value"
      BLOCK: |
        one
        two
    ports:
      - "8080:80"
      - target: "81"
        published: "81"
        protocol: tcp
    healthcheck:
      test: [CMD, curl, http://localhost]
      interval: 1m30s
    depends_on:
      api: {condition: service_healthy, restart: "true"}
    deploy:
      resources: {limits: {cpus: "0.5", memory: 512M}}
      labels:
        - a=b
    volumes:
      - data:/data
      - {type: bind, source: ./a, target: /a}
    secrets:
      - token
      - source: token
        target: other
    networks: {front: {aliases: [a, "b"]}}
  api:
      image: api
      healthcheck: {test: "true"}
      extra_hosts:
      -   "a=1.2.3.4"
      tmpfs:    /run
      user:
        someone
volumes:
  data: {driver: local, labels: {a: "b"}}
networks: {front: {driver: bridge}}
secrets:
  token:
    file: ./token
"""


def _values(node: yaml.Node, *, is_key: bool = False) -> list[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        return [] if is_key else [node]
    if isinstance(node, yaml.SequenceNode):
        return [found for item in node.value for found in _values(item)]
    return [found for key, value in node.value if key.value != "<<" for found in _values(value)]


def _keys(node: yaml.Node) -> list[yaml.ScalarNode]:
    if isinstance(node, yaml.SequenceNode):
        return [found for item in node.value for found in _keys(item)]
    if isinstance(node, yaml.MappingNode):
        return [
            found
            for key, value in node.value
            for found in ([key] if key.value != "<<" else []) + _keys(value)
        ]
    return []


def _root() -> yaml.Node:
    # The pure loader counts columns in characters too, and is not what the reader uses.
    root = yaml.compose(_LARGE, Loader=yaml.SafeLoader)
    assert root is not None
    return root


def _load(folder: Path, text: str) -> list[tuple[str, int, int]]:
    (folder / "compose.yaml").write_text(text, encoding="utf-8")
    findings = Findings()
    load_project(folder, findings=findings)
    places = [found.at for found in findings.errors]
    return [(at.file, at.line, at.column) for at in places if at is not None]


def _mark(node: yaml.Node) -> tuple[str, int, int]:
    return ("compose.yaml", node.start_mark.line + 1, node.start_mark.column + 1)


def test_the_large_file_is_right(tmp_path: Path) -> None:
    assert _load(tmp_path, _LARGE) == []


_VALUES = _values(_root())


@pytest.mark.parametrize("node", _VALUES, ids=lambda node: f"{node.start_mark.line + 1}")
@pytest.mark.parametrize("fault", ['"${"', "!!int x", "*none", "[[]]"])
def test_a_fault_at_every_value(tmp_path: Path, node: yaml.ScalarNode, fault: str) -> None:
    # GIVEN the file with this value replaced by something that can stand nowhere
    end = node.end_mark.index
    trailing = "\n" if node.style in {"|", ">"} else ""
    text = _LARGE[: node.start_mark.index] + fault + trailing + _LARGE[end:]

    # THEN an error stands exactly there; only extensions may hold any value
    places = _load(tmp_path, text)
    in_extension = node.start_mark.line < 5
    if in_extension and fault == "[[]]":
        # It is reported once the extension is merged into a service.
        assert places
    else:
        assert _mark(node) in places or (places and fault == "[[]]" and _inside(node, places))


def _inside(node: yaml.ScalarNode, places: list[tuple[str, int, int]]) -> bool:
    """Whether the inner of two lists is blamed, where a list may stand and its items not."""
    _, line, column = _mark(node)
    return ("compose.yaml", line, column + 1) in places


_KEYS = [key for key in _keys(_root()) if key.start_mark.line > 5]


@pytest.mark.parametrize("key", _KEYS, ids=lambda key: f"{key.start_mark.line + 1}-{key.value}")
def test_a_fault_at_every_key(tmp_path: Path, key: yaml.ScalarNode) -> None:
    text = _LARGE[: key.start_mark.index] + "12345" + _LARGE[key.end_mark.index :]
    assert _mark(key) in _load(tmp_path, text)


def test_through_every_syntax_of_the_corpus(tmp_path: Path) -> None:
    """A value that cannot be read is blamed wherever it stands in any file that is right."""
    checked = 0
    for file in sorted((ROOT / "accepted").rglob("*.yaml")):
        text = file.read_text(encoding="utf-8")
        roots = list(yaml.compose_all(text, Loader=yaml.SafeLoader))
        for node in [node for root in roots if root is not None for node in _values(root)]:
            if node.tag.startswith("!c") or node.start_mark.index == node.end_mark.index:
                continue
            if text[node.start_mark.index] in "!&" or "!reset" in text:
                continue
            trailing = "\n" if node.style in {"|", ">"} else ""
            faulty = text[: node.start_mark.index] + '"${"' + trailing
            faulty += text[node.end_mark.index :]
            assert _mark(node) in _load(tmp_path, faulty), f"{file.name}\n{faulty}"
            checked += 1
    assert checked > 500


def _project(folder: Path, files: dict[str, str], **arguments: object) -> list[str]:
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    findings = Findings()
    load_project(folder, findings=findings, **arguments)  # type: ignore[arg-type]
    return [f"{found.at}: {found.rule.code}" for found in findings.errors]


def test_through_interpolation(tmp_path: Path) -> None:
    files = {"compose.yaml": "services:\n  a:\n    image: a\n    scale: ${N}\n", ".env": "N=many\n"}
    assert _project(tmp_path, files) == ["compose.yaml:4:12: invalid-value"]


def test_through_a_merge(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "services:\n  a: {image: a, ports: ['80']}\n",
        "compose.override.yaml": "services:\n  a:\n    ports:\n      - '81:x'\n",
    }
    assert _project(tmp_path, files) == ["compose.override.yaml:4:9: invalid-value"]


def test_of_the_base_file_after_a_merge(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "services:\n  a: {image: a, volumes: ['data:/d']}\n",
        "compose.override.yaml": "services:\n  a: {volumes: ['other:/e']}\nvolumes: {other: }\n",
    }
    assert _project(tmp_path, files) == ["compose.yaml:2:27: undefined-reference"]


def test_through_extends(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "services:\n  a: {extends: {file: sub/b.yaml, service: b}}\n",
        "sub/b.yaml": "services:\n  b:\n    image: b\n    mem_limit: lots\n",
    }
    assert _project(tmp_path, files) == ["sub/b.yaml:4:16: invalid-value"]


def test_through_include(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "include: [sub/b.yaml]\n",
        "sub/b.yaml": "services:\n  b:\n    image: b\n    enviroment: {}\n",
    }
    assert _project(tmp_path, files) == ["sub/b.yaml:4:5: unknown-key"]


def test_through_an_anchor(tmp_path: Path) -> None:
    text = "x-a: &a\n  stop_grace_period: soon\nservices:\n  b: {<<: *a, image: b}\n"
    assert _project(tmp_path, {"compose.yaml": text}) == ["compose.yaml:2:22: invalid-value"]


def test_of_the_model(tmp_path: Path) -> None:
    text = "services:\n  a:\n    image: a\n    ports: ['80-81:90-91']\n    environment: [X=1]\n"
    (tmp_path / "compose.yaml").write_text(text)
    project = load_project(tmp_path, findings=Findings())
    assert project is not None
    service = project.services["a"]
    assert [str(port.at()) for port in service.ports] == ["compose.yaml:4:13"] * 2
    assert str(service.at("environment", "X")) == "compose.yaml:5:19"
    assert str(service.key_at("ports")) == "compose.yaml:4:5"
    assert service.ports[1].path == ("services", "a", "ports", 1)


def test_columns_count_characters(tmp_path: Path) -> None:
    text = "services: {a: {image: a, labels: {ünïcödé: 日本語, b: [1]}}}\n"
    (column,) = [text.index("[") + 1]
    assert _project(tmp_path, {"compose.yaml": text}) == [f"compose.yaml:1:{column}: wrong-type"]


def test_json_is_yaml_with_positions(tmp_path: Path) -> None:
    text = json.dumps({"services": {"a": {"image": 1}}}, indent=2)
    assert _project(tmp_path, {"compose.yaml": text}) == ["compose.yaml:4:16: wrong-type"]


_UNREADABLE = """\
services:
  web:
    image: nginx
    ports: ["a", "80", {published: 1}]
    devices: ["a:b:c:d", "/a:/b:q:r", {source: /a}]
    volumes:
      - data:/data
      - ":x:y:z:q"
      - missing:/b
      - {type: unknown, source: x, target: y}
      - other:/c
      - 12
      - {type: bind, target: /y}
      - gone:/d
volumes: {data: {}}
"""


def test_items_after_one_that_cannot_be_read_keep_their_numbers(tmp_path):
    (tmp_path / "compose.yaml").write_text(_UNREADABLE)
    findings = Findings()
    load_project(tmp_path, findings=findings)
    found = {
        ".".join(map(str, each.path[2:])): each.at.line
        for each in findings
        if each.path[:2] == ("services", "web")
    }
    assert {key: line for key, line in found.items() if key.startswith("volumes.")} == {
        "volumes.1": 8,
        "volumes.2": 9,
        "volumes.3.type": 10,
        "volumes.4": 11,
        "volumes.5": 12,
        "volumes.6": 13,
        "volumes.7": 14,
    }
    assert {"ports.0", "ports.2", "devices.0", "devices.1", "devices.2"} <= found.keys()
    assert "ports.1" not in found


def test_they_keep_them_in_the_model(tmp_path):
    (tmp_path / "compose.yaml").write_text(_UNREADABLE)
    project = load_project(tmp_path, findings=Findings())
    service = project.services["web"]
    assert [each.path[-1] for each in service.volumes] == [0, 2, 3, 4, 6, 7]
    assert [each.at().line for each in service.volumes] == [7, 9, 10, 11, 13, 14]
