"""Short syntaxes that are small languages: devices, volumes and ports."""

from serverless_containers.compose import paths
from serverless_containers.compose.forms import Work, mapping_of, short_text
from serverless_containers.compose.notation.mounts import parse_mount
from serverless_containers.compose.notation.ports import PortError, parse_ports
from serverless_containers.compose.yaml.nodes import (
    MappingNode,
    Node,
    Scalar,
    Sequence,
    text_at,
)
from serverless_containers.findings import KeyPath


def device(node: Node, path: KeyPath, work: Work) -> Node | None:
    """source:target:permissions to a mapping."""
    text = short_text(node)
    if text is None:
        return node
    source, *rest = text.split(":")
    if len(rest) > 2:
        work.fail(node, path, f"expected source:target:permissions, got {text!r}")
        return None
    target = rest[0] if rest else ""
    permissions = rest[1] if len(rest) == 2 else "rwm"
    return mapping_of(node.mark, source=source, target=target or source, permissions=permissions)


def mount(node: Node, path: KeyPath, work: Work) -> Node | None:
    """source:target:options to a mapping."""
    text = short_text(node)
    if text is None:
        return node
    try:
        mount = parse_mount(text)
    except ValueError as error:
        work.fail(
            node,
            path,
            f"expected source:target or source:target:options, got {text!r} ({error})",
            'write "data:/var/lib/data"',
        )
        return None
    mark = node.mark
    entries: dict[str, Node] = {"type": text_at("bind" if mount.is_bind else "volume", mark)}
    if mount.source:
        entries["source"] = text_at(mount.source, mark)
    entries["target"] = text_at(paths.clean(mount.target), mark)
    if mount.read_only:
        entries["read_only"] = Scalar(value=True, mark=mark)
    if mount.is_bind or mount.has_bind_options:
        bind: dict[str, Node] = {}
        if mount.selinux:
            bind["selinux"] = text_at(mount.selinux, mark)
        if mount.propagation:
            bind["propagation"] = text_at(mount.propagation, mark)
        if mount.is_bind:
            bind["create_host_path"] = Scalar(value=True, mark=mark)
        entries["bind"] = MappingNode(bind, mark)
    if mount.no_copy:
        entries["volume"] = mapping_of(mark, nocopy=True)
    elif not mount.is_bind and not mount.bare:
        entries["volume"] = MappingNode({}, mark)
    return MappingNode(entries, mark)


def ports(node: Node, path: KeyPath, work: Work) -> Node:
    """A list of port mappings to one mapping for each port."""
    if not isinstance(node, Sequence):
        return node
    items: list[Node] = []
    for index, item in enumerate(node):
        if isinstance(item, Scalar) and type(item.value) in {int, str}:
            made = _port(item, str(item.value), (*path, index), work)
            work.reader.count_values(len(made), item.at, (*path, index))
            items.extend(made)
        elif isinstance(item, Scalar):
            work.fail(
                item,
                (*path, index),
                f"expected a port between 1 and 65535, got {item.text}",
                'write "8080:80"',
            )
        else:
            items.append(item)
    return Sequence(tuple(items), node.mark)


def _port(node: Scalar, text: str, path: KeyPath, work: Work) -> list[Node]:
    try:
        specs = parse_ports(text)
    except PortError as error:
        work.fail(node, path, str(error), error.fix)
        return []
    if specs[0].target == 0:
        work.fail(node, path, f"expected a port between 1 and 65535, got {text!r}")
        return []
    mark = node.mark
    ports: list[Node] = []
    for spec in specs:
        entries: dict[str, Node] = {"mode": text_at("ingress", mark)}
        if spec.host_ip:
            entries["host_ip"] = text_at(spec.host_ip, mark)
        entries["target"] = Scalar(spec.target, mark)
        if spec.published:
            entries["published"] = text_at(spec.published, mark)
        entries["protocol"] = text_at(spec.protocol, mark)
        ports.append(MappingNode(entries, mark))
    return ports
