"""Files of an image that Docker copies into a new volume, and nothing copies to Amazon EFS.

Source: https://docs.docker.com/engine/storage/volumes/#populate-a-volume-using-a-container.
"""

import os
import posixpath

from serverless_containers.compose.dockerfile import PlacedPath
from serverless_containers.compose.model import Build, Mount, Service
from serverless_containers.compose.yaml.nodes import MappingNode, value_of
from serverless_containers.findings import Findings
from serverless_containers.plan.build_context.folders import is_within
from serverless_containers.plan.build_context.ignore import IgnoreRules
from serverless_containers.plan.build_context.walk import is_left_out
from serverless_containers.plan.known_images import images_of
from serverless_containers.plan.places import place
from serverless_containers.plan.resources import rules
from serverless_containers.plan.resources.known_paths import filled_folder, is_of_packages


def warn_of_content(service: Service, mount: Mount, findings: Findings) -> None:
    """Warn of a named volume that is mounted over files of the image, unless it says ``nocopy``.

    Args:
        service: The service.
        mount: The mount of the volume.
        findings: Takes the warning.
    """
    options = mount.node.get("volume") if isinstance(mount.node, MappingNode) else None
    if isinstance(options, MappingNode) and value_of(options.get("nocopy")) is True:
        return
    reason = _content(service, posixpath.normpath(mount.target))
    if reason is None:
        return
    findings.report(
        rules.VOLUME_STARTS_EMPTY,
        *place(mount),
        f"{reason}: Docker copies that into a new volume, and {mount.source} starts empty on "
        "Amazon EFS, and hides it",
        "mount the volume at a folder of data alone, let the entrypoint copy the files from "
        "elsewhere in the image (cp -an), bring what is only read as configs, or write volume: "
        "{nocopy: true} if it may start empty",
    )


def _content(service: Service, target: str) -> str | None:
    """The content that the image is known to have at a path, as a clause; None: none is known."""
    build = service.build
    if build is not None and build.parsed_dockerfile is not None:
        for each in build.parsed_dockerfile.filled:
            # An empty folder is no content: of RUN, what is made below the path counts.
            is_below = is_within(each.path, target)
            if is_below and (each.keyword != "RUN" or each.path != target):
                where = f"{each.keyword} in {each.at.file}:{each.at.line}"
                return f"{where} puts {each.path} into the image"
        if (found := _of_context(build, target)) is not None:
            return f"the Dockerfile copies {found}, with what is in it, to {target} in the image"
        if is_of_packages(target):
            return f"{target} holds what is installed when the image is built"
    for image in images_of(service):
        folder = filled_folder(target, image)
        if folder is not None:
            return f"the image {image} has files in {folder}"
    return None


def _of_context(build: Build, target: str) -> str | None:
    """The folder of the context that a copy of a folder around it puts at a path, if it has any."""
    parsed = build.parsed_dockerfile
    if parsed is None or not build.is_local:
        return None
    dockerfile = build.dockerfile if build.dockerfile_inline is None else None
    known: IgnoreRules | None = None
    for placed in parsed.placed:
        inside = _inside(placed, target)
        if inside is None or not os.path.isdir(os.path.join(build.context, inside)):  # noqa: PTH112, PTH118  # any text
            continue
        known = known or IgnoreRules.of(build.context, dockerfile)
        if _has_sent(build.context, inside, known):
            return inside
    return None


def _inside(placed: PlacedPath, target: str) -> str | None:
    """The path in the context of what a copy of a folder puts at a path below its own."""
    if placed.stage is not None or target == placed.target:
        return None
    if not is_within(target, placed.target):
        return None
    return posixpath.join(placed.source, target[len(placed.target) :].lstrip("/"))


def _has_sent(context: str, folder: str, known: IgnoreRules) -> bool:
    """Return whether something in a folder of a context is not left out of it."""
    try:
        names = os.listdir(os.path.join(context, folder))  # noqa: PTH118, PTH208  # any text
    except OSError:
        return False
    return any(not is_left_out(known, f"{folder}/{name}") for name in names)
