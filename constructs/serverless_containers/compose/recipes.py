"""The Dockerfiles of a project's services, each read once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from serverless_containers.compose import limits, paths
from serverless_containers.compose.dockerfile import Dockerfile, read_dockerfile
from serverless_containers.compose.files import Reader, is_secret
from serverless_containers.compose.nodes import Node


class Recipes:
    """Finds and reads Dockerfiles. One that is not there is no problem of the Compose file."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._read: dict[tuple[object, ...], Dockerfile | None] = {}

    def find(self, build: Mapping[str, Any], node: Node) -> Dockerfile | None:
        """What the Dockerfile of a build says of the image, None when it is not here.

        Args:
            build: The build, encoded.
            node: Where it stands.
        """
        context = build.get("context", "")
        inline = build.get("dockerfile_inline")
        args = {key: value for key, value in build.get("args", {}).items() if value is not None}
        if inline is None and (paths.is_remote_context(context) or not context):
            return None
        file = Path(context, build.get("dockerfile", "Dockerfile"))
        key = (str(file), inline, build.get("target"), *sorted(args.items()))
        if key not in self._read:
            self._read[key] = self._load(file, inline, args, build.get("target"), node)
        return self._read[key]

    def _load(
        self,
        file: Path,
        inline: str | None,
        args: Mapping[str, str],
        target: str | None,
        node: Node,
    ) -> Dockerfile | None:
        shown = self._reader.shown(file)
        text = inline
        if text is None:
            try:
                is_no_dockerfile = is_secret(file) or not file.is_file()
                if is_no_dockerfile or file.stat().st_size > limits.LARGEST_FILE:
                    return None
                text = file.read_text(encoding="utf-8", errors="replace")
            except (OSError, ValueError):
                return None
        else:
            shown = node.mark[0]
        return read_dockerfile(
            text, file=shown, args=args, target=target, findings=self._reader.findings
        )
