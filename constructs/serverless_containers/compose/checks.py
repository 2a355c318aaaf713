"""Checks of what a value must hold by itself, beyond the schema."""

from serverless_containers.compose import rules
from serverless_containers.compose.notation.ports import is_address
from serverless_containers.compose.yaml.nodes import (
    MappingNode,
    Node,
    Scalar,
    mappings_of,
    numbered,
    value_of,
)
from serverless_containers.findings import Findings, KeyPath


def check_resources(root: MappingNode, findings: Findings) -> None:
    """Check what each value must hold by itself, beyond the schema.

    Args:
        root: A canonical tree, before names and defaults of the project are filled in.
        findings: Where problems are reported.
    """
    for section, sources in (
        ("configs", ("file", "environment", "content")),
        ("secrets", ("file", "environment")),
    ):
        for name, resource in mappings_of(root.get(section)):
            _check_file_object(resource, sources, (section, name), findings)
    for name, volume in mappings_of(root.get("volumes")):
        _check_external(volume, ("volumes", name), findings)
    for name, service in mappings_of(root.get("services")):
        _check_service(service, ("services", name), findings)


def _check_file_object(
    node: MappingNode, sources: tuple[str, ...], path: KeyPath, findings: Findings
) -> None:
    given = [key for key in sources if key in node]
    if len(given) > 1:
        findings.report(
            rules.CONFLICT,
            node.key_at(given[1]),
            (*path, given[1]),
            f"{given[1]!r} and {given[0]!r} exclude each other",
            f"keep one of {', '.join(sources)}",
        )
    if not given and "driver" not in node and "external" not in node:
        findings.report(
            rules.MISSING_KEY,
            node.at,
            path,
            f"expected one of {', '.join(sources)}",
            "name the file, or write `external: true`",
        )


def _check_external(node: MappingNode, path: KeyPath, findings: Findings) -> None:
    external = node.get("external")
    if not isinstance(external, Scalar) or external.value is not True:
        return
    for key in node:
        if key not in {"name", "external"} and not key.startswith("x-"):
            findings.report(
                rules.CONFLICT,
                node.key_at(key),
                (*path, key),
                f"an external volume has no {key!r}: it exists already",
                f"remove `{key}`",
            )


def _check_service(service: MappingNode, path: KeyPath, findings: Findings) -> None:
    for index, port in numbered(service.get("ports")):
        if isinstance(port, MappingNode):
            _check_port(port, (*path, "ports", index), findings)
    for key in ("volumes", "devices"):
        for index, mount in numbered(service.get(key)):
            if isinstance(mount, MappingNode) and "target" not in mount:
                findings.report(
                    rules.MISSING_KEY,
                    mount.at,
                    (*path, key, index),
                    "the key 'target' is missing",
                    "write `target:` with a path in the container",
                )
    for index, port in numbered(service.get("expose")):
        if isinstance(port, Scalar) and type(port.value) is float:
            findings.report(
                rules.INVALID_VALUE,
                port.at,
                (*path, "expose", index),
                f"expected a port or a range of ports, got {port.text}",
                'write "80"',
            )
    for below in (("gpus",), ("deploy", "resources", "reservations", "devices")):
        for index, request in numbered(_below(service, below)):
            if isinstance(request, MappingNode) and "count" in request and "device_ids" in request:
                findings.report(
                    rules.CONFLICT,
                    request.key_at("count"),
                    (*path, *below, index),
                    "'count' and 'device_ids' exclude each other",
                    "keep one of them",
                )
    for index, watch in numbered(_below(service, ("develop", "watch"))):
        if isinstance(watch, MappingNode) and value_of(watch.get("path")) == "":
            findings.report(
                rules.INVALID_VALUE,
                watch.at,
                (*path, "develop", "watch", index, "path"),
                "expected a path, got ''",
            )


def _check_port(port: MappingNode, path: KeyPath, findings: Findings) -> None:
    target = port.get("target")
    if target is None:
        findings.report(
            rules.MISSING_KEY,
            port.at,
            path,
            "the key 'target' is missing",
            "write `target:` with the container's port",
        )
    address = value_of(port.get("host_ip"))
    if isinstance(address, str) and not is_address(address):
        findings.report(
            rules.INVALID_VALUE,
            port.at,
            (*path, "host_ip"),
            f"expected an IP address, got {address!r}",
        )


def _below(node: Node | None, path: tuple[str, ...]) -> Node | None:
    for key in path:
        node = node.get(key) if isinstance(node, MappingNode) else None
    return node
