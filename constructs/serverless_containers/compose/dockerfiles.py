"""The Dockerfiles of a project's services, each read once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from serverless_containers.compose import limits, paths
from serverless_containers.compose.dockerfile import Dockerfile, read_dockerfile
from serverless_containers.compose.files import Reader, is_file, is_secret
from serverless_containers.compose.yaml.nodes import MappingNode, Node, Scalar, locate
from serverless_containers.findings import KeyPath


class Dockerfiles:
    """Dockerfiles of builds, each read once. One that is not there is no problem."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._read: dict[tuple[object, ...], Dockerfile | None] = {}

    def find(self, build: Mapping[str, Any], node: Node, path: KeyPath) -> Dockerfile | None:
        """Return what the Dockerfile of a build says of the image; None if it is not here.

        Args:
            build: The values of the build.
            node: Where it stands.
            path: The keys that lead there.
        """
        context = build.get("context", "")
        inline = build.get("dockerfile_inline")
        args = {key: value for key, value in build.get("args", {}).items() if value is not None}
        if inline is None and (paths.is_remote_context(context) or not context):
            return None
        file = Path(context, build.get("dockerfile", "Dockerfile"))
        key = (str(file), inline, build.get("target"), *sorted(args.items()))
        if key not in self._read:
            self._reader.count_text(len(inline or ""), node.at)
            found = (
                self._text(file, build, node, path) if inline is None else (inline, node.mark[0])
            )
            self._read[key] = found and read_dockerfile(
                found[0],
                file=found[1],
                args=args,
                target=build.get("target"),
                findings=self._reader.findings,
                quota=self._reader.quota,
            )
        return self._read[key]

    def _text(
        self, file: Path, build: Mapping[str, Any], node: Node, path: KeyPath
    ) -> tuple[str, str] | None:
        """Return what a Dockerfile holds, and its name, if it is there."""
        if is_secret(file) or not is_file(file):
            return None
        context = node.get("context") if isinstance(node, MappingNode) else None
        # A build sees what is in its context, which may be a folder above the project.
        is_absolute = isinstance(context, Scalar) and context.text.startswith("/")
        content = self._reader.read(
            file,
            locate(node, ("dockerfile",)),
            (*path, "dockerfile"),
            most=limits.LARGEST_DOCKERFILE,
            folders=() if is_absolute else (build.get("context", ""),),
        )
        if content is None:
            return None
        lines = content.decode("utf-8", "surrogateescape").replace("\r\n", "\n").replace("\r", "\n")
        return lines, self._reader.shown(file)
