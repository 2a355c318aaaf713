"""Defaults: what is filled in where it is missing, once all files are one."""

from serverless_containers.compose.yaml.nodes import MappingNode, Node, Scalar, replaced, text_at


def context(build: Node) -> Node:
    """Give a build the project's folder as its context."""
    if not isinstance(build, MappingNode) or "context" in build:
        return build
    return replaced(build, {"context": text_at(".", build.mark)})


def secret_target(use: Node) -> Node:
    """Give a secret its place in the container."""
    if not isinstance(use, MappingNode):
        return use
    source = use.get("source")
    if "target" in use or not isinstance(source, Scalar):
        return use
    return replaced(use, {"target": text_at(f"/run/secrets/{source.value}", source.mark)})


def port(node: Node) -> Node:
    """Give a port its protocol and its mode."""
    if not isinstance(node, MappingNode):
        return node
    defaults = {"protocol": "tcp", "mode": "ingress"}
    return replaced(
        node,
        {key: text_at(value, node.mark) for key, value in defaults.items() if key not in node},
    )


def all_devices(request: Node) -> Node:
    """Let a request for devices that says no number mean all of them."""
    if not isinstance(request, MappingNode) or "count" in request or "device_ids" in request:
        return request
    return replaced(request, {"count": text_at("all", request.mark)})
