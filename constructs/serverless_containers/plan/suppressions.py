"""The suppressions that a Compose file holds: ``x-serverless-containers: {suppress: […]}``."""

from serverless_containers.compose.model import Project
from serverless_containers.compose.yaml.nodes import MappingNode, Node, Scalar, Sequence
from serverless_containers.findings import Findings, KeyPath, Suppression
from serverless_containers.findings.rules import SUPPRESSION_INVALID
from serverless_containers.plan.settings import EXTENSION, SUPPRESS, quoted
from serverless_containers.spelling import nearest

_KEYS = ("rule", "path", "reason")
_EXAMPLE = '{rule: port-host-address, path: services.web.ports[0], reason: "…"}'


def read_suppressions(project: Project, findings: Findings) -> tuple[Suppression, ...]:
    """Read the suppressions of a project, reporting those that are not well-formed."""
    settings = project.node.get(EXTENSION) if isinstance(project.node, MappingNode) else None
    given = settings.get(SUPPRESS) if isinstance(settings, MappingNode) else None
    if given is None:
        return ()
    path = (EXTENSION, SUPPRESS)
    if not isinstance(given, Sequence):
        findings.report(
            SUPPRESSION_INVALID,
            given.at,
            path,
            f"expected a list of suppressions, got {quoted(given)}",
            f"write - {_EXAMPLE}",
        )
        return ()
    read = (_suppression(item, (*path, index), findings) for index, item in enumerate(given))
    return tuple(each for each in read if each is not None)


def _suppression(node: Node, path: KeyPath, findings: Findings) -> Suppression | None:
    if not isinstance(node, MappingNode):
        findings.report(
            SUPPRESSION_INVALID,
            node.at,
            path,
            f"expected a mapping of {', '.join(_KEYS)}, got {quoted(node)}",
            f"write {_EXAMPLE}",
        )
        return None
    for key in node:
        if key not in _KEYS:
            near = nearest(key, _KEYS)
            findings.report(
                SUPPRESSION_INVALID,
                node.key_at(key),
                (*path, key),
                f"there is no key {key!r} here; the keys are {', '.join(_KEYS)}",
                f"did you mean {near!r}?" if near else "remove it",
            )
    rule = _text(node, "rule", path, findings)
    reason = _text(node, "reason", path, findings)
    below = _text(node, "path", path, findings) if "path" in node else ""
    if rule is None or reason is None or below is None:
        return None
    return Suppression(rule=rule, path=below, reason=reason, at=node.entries["rule"].at, keys=path)


def _text(node: MappingNode, key: str, path: KeyPath, findings: Findings) -> str | None:
    value = node.get(key)
    if isinstance(value, Scalar) and isinstance(value.value, str) and value.value.strip():
        return value.value
    findings.report(
        SUPPRESSION_INVALID,
        node.at if value is None else value.at,
        path if value is None else (*path, key),
        f"a suppression needs a {key}" if value is None else f"expected text, got {quoted(value)}",
        f"write {_EXAMPLE}",
    )
    return None
