"""What is filled in once all files are one: defaults, paths, variables without a value, names."""

import os
from collections.abc import Callable, Mapping
from typing import TypeAlias

from serverless_containers.compose import paths, rules
from serverless_containers.compose.files import Reader
from serverless_containers.compose.yaml.nodes import (
    MappingNode,
    Node,
    Scalar,
    Sequence,
    replaced,
    text_at,
)
from serverless_containers.findings import Findings, KeyPath

_Change: TypeAlias = Callable[[MappingNode], MappingNode]
_Resolver: TypeAlias = Callable[[str, str], str]


def fill_defaults(root: MappingNode) -> MappingNode:
    """Give every value that Compose has a default for, and that is missing, that default."""
    return _each_service(root, _service_defaults)


def _service_defaults(service: MappingNode) -> MappingNode:
    changes: dict[str, Node] = {}
    build = service.get("build")
    if isinstance(build, MappingNode) and "context" not in build:
        changes["build"] = replaced(build, {"context": text_at(".", build.mark)})
    secrets = service.get("secrets")
    if isinstance(secrets, Sequence):
        changes["secrets"] = _each_mapping(secrets, _secret_target)
    ports = service.get("ports")
    if isinstance(ports, Sequence):
        changes["ports"] = _each_mapping(ports, _port_defaults)
    gpus = service.get("gpus")
    if isinstance(gpus, Sequence):
        changes["gpus"] = _each_mapping(gpus, _all_devices)
    deploy = service.get("deploy")
    if isinstance(deploy, MappingNode):
        changes["deploy"] = _at(deploy, ("resources", "reservations", "devices"), _all_devices)
    return replaced(service, changes)


def _secret_target(use: MappingNode) -> MappingNode:
    source = use.get("source")
    if "target" in use or not isinstance(source, Scalar):
        return use
    return replaced(use, {"target": text_at(f"/run/secrets/{source.value}", source.mark)})


def _port_defaults(port: MappingNode) -> MappingNode:
    defaults = {"protocol": "tcp", "mode": "ingress"}
    return replaced(
        port,
        {key: text_at(value, port.mark) for key, value in defaults.items() if key not in port},
    )


def _all_devices(request: MappingNode) -> MappingNode:
    if "count" in request or "device_ids" in request:
        return request
    return replaced(request, {"count": text_at("all", request.mark)})


def _at(node: MappingNode, path: tuple[str, ...], change: _Change) -> MappingNode:
    child = node.get(path[0])
    if isinstance(child, MappingNode) and len(path) > 1:
        return replaced(node, {path[0]: _at(child, path[1:], change)})
    if isinstance(child, Sequence):
        return replaced(node, {path[0]: _each_mapping(child, change)})
    return node


def resolve_paths(root: MappingNode, directory: str, findings: Findings) -> MappingNode:
    """Make every path absolute, or relative to another folder.

    Args:
        root: A canonical tree.
        directory: The folder that the paths are relative to.
        findings: Where a bind mount without a source is reported.
    """
    services = root.get("services")
    changes: dict[str, Node] = {}
    if isinstance(services, MappingNode):
        changes["services"] = replaced(
            services,
            {
                name: _service_paths(service, directory, ("services", name), findings)
                for name, service in services.items()
                if isinstance(service, MappingNode)
            },
        )
    for section in ("configs", "secrets"):
        resources = root.get(section)
        if isinstance(resources, MappingNode):
            changes[section] = replaced(
                resources,
                {
                    name: _path_at(resource, "file", directory, paths.absolute_source)
                    for name, resource in resources.items()
                    if isinstance(resource, MappingNode)
                },
            )
    volumes = root.get("volumes")
    if isinstance(volumes, MappingNode):
        changes["volumes"] = replaced(
            volumes,
            {
                name: _bound_device(volume, directory)
                for name, volume in volumes.items()
                if isinstance(volume, MappingNode)
            },
        )
    return replaced(root, changes)


def _service_paths(
    service: MappingNode, directory: str, path: KeyPath, findings: Findings
) -> MappingNode:
    changes: dict[str, Node] = {}
    entries = service.entries
    build = entries.get("build")
    if isinstance(build, MappingNode):
        changes["build"] = _build_paths(build, directory)
    files = entries.get("env_file")
    if isinstance(files, Sequence):
        changes["env_file"] = _each_mapping(
            files, lambda file: _path_at(file, "path", directory, paths.absolute)
        )
    extends = entries.get("extends")
    if isinstance(extends, MappingNode):
        changes["extends"] = _path_at(extends, "file", directory, paths.absolute)
    labels = entries.get("label_file")
    if isinstance(labels, Sequence):
        changes["label_file"] = Sequence(
            tuple(_absolute(item, directory, paths.absolute) for item in labels), labels.mark
        )
    develop = entries.get("develop")
    if isinstance(develop, MappingNode):
        changes["develop"] = _at(
            develop, ("watch",), lambda watch: _path_at(watch, "path", directory, _linked)
        )
    volumes = entries.get("volumes")
    if isinstance(volumes, Sequence):
        mounts = [
            _mount_path(mount, directory, (*path, "volumes", index), findings)
            for index, mount in enumerate(volumes)
        ]
        changes["volumes"] = Sequence(tuple(mounts), volumes.mark)
    return replaced(service, changes)


def _build_paths(build: MappingNode, directory: str) -> MappingNode:
    build = _path_at(build, "context", directory, _context)
    for key, resolver in (("additional_contexts", _context), ("ssh", paths.absolute_source)):
        value = build.get(key)
        if isinstance(value, MappingNode):
            changed = {name: _absolute(item, directory, resolver) for name, item in value.items()}
            build = replaced(build, {key: replaced(value, changed)})
    return build


def _context(text: str, directory: str) -> str:
    return text if paths.is_remote_context(text) else paths.absolute(text, directory)


def _linked(text: str, directory: str) -> str:
    """A watched path: its first symbolic link is followed."""
    whole = paths.absolute(text, directory)
    at = "/" if whole.startswith("/") else ""
    for part in whole.split("/"):
        if not part:
            continue
        at = os.path.join(at, part)  # noqa: PTH118  # text in, text out
        if os.path.islink(at):  # noqa: PTH114
            return whole.replace(at, os.path.realpath(at), 1)
    return whole


def _mount_path(mount: Node, directory: str, path: KeyPath, findings: Findings) -> Node:
    if not isinstance(mount, MappingNode):
        return mount
    kind = mount.get("type")
    if not isinstance(kind, Scalar) or kind.value != "bind":
        return mount
    if "source" not in mount:
        findings.report(
            rules.MISSING_KEY,
            mount.at,
            path,
            "a bind mount has no source",
            "write `source:` with a path, or `type: volume`",
        )
        return mount
    return _path_at(mount, "source", directory, paths.absolute_source)


def _bound_device(volume: MappingNode, directory: str) -> MappingNode:
    driver, options = volume.get("driver"), volume.get("driver_opts")
    if not isinstance(driver, Scalar) or driver.value != "local":
        return volume
    if not isinstance(options, MappingNode):
        return volume
    kind = options.get("o")
    if not isinstance(kind, Scalar) or kind.value != "bind":
        return volume
    bound = _path_at(options, "device", directory, paths.absolute_source)
    return replaced(volume, {"driver_opts": bound})


def _path_at(node: MappingNode, key: str, directory: str, resolver: _Resolver) -> MappingNode:
    value = node.get(key)
    return node if value is None else replaced(node, {key: _absolute(value, directory, resolver)})


def _absolute(node: Node, directory: str, resolver: _Resolver) -> Node:
    if not isinstance(node, Scalar) or type(node.value) is not str:
        return node
    return Scalar(resolver(node.value, directory), node.mark, node.text, quoted=True)


def resolve_environment(
    root: MappingNode, variables: Mapping[str, str], reader: Reader
) -> MappingNode:
    """Give variables that are named in a list without a value the one that they have here.

    Args:
        root: A canonical tree.
        variables: The variables that have a value.
        reader: Counts what they come to.

    Raises:
        StoppedError: If they come to too much; it has been reported.
    """

    def service(node: MappingNode) -> MappingNode:
        environment = node.get("environment")
        if not isinstance(environment, Sequence):
            return node
        items = tuple(_with_value(item, variables, reader) for item in environment)
        return replaced(node, {"environment": Sequence(items, environment.mark)})

    return _each_service(root, service)


def _with_value(node: Node, variables: Mapping[str, str], reader: Reader) -> Node:
    name = node.value if isinstance(node, Scalar) else None
    if type(name) is not str or name not in variables:
        return node
    reader.count_text(len(variables[name]), node.at)
    return text_at(f"{name}={variables[name]}", node.mark)


def _each_service(root: MappingNode, change: _Change) -> MappingNode:
    services = root.get("services")
    if not isinstance(services, MappingNode):
        return root
    changes = {}
    for name, service in services.items():
        if isinstance(service, MappingNode):
            new = change(service)
            if new is not service:
                changes[name] = new
    return replaced(root, {"services": replaced(services, changes)}) if changes else root


def _each_mapping(node: Sequence, change: _Change) -> Sequence:
    return Sequence(
        tuple(change(item) if isinstance(item, MappingNode) else item for item in node), node.mark
    )
