"""Images with mounted files: their Dockerfiles, and the files that these copy.

ECS mounts folders, never a single file, and nothing of this machine. A file that a service mounts
is therefore added to its image, in a last stage. Folders are in one image of the project, from
which they are copied to volumes when a task starts.
"""

import base64
import json
import posixpath
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from serverless_containers.compose.dockerfile.naming import with_stage_name
from serverless_containers.compose.files import read_regular
from serverless_containers.findings import Findings
from serverless_containers.findings.listing import listed
from serverless_containers.plan.build_context.ignore import ignore_file_of
from serverless_containers.plan.model import BuildPlan, ContainerPlan, ContainerRole, CopyPlan
from serverless_containers.plan.resources import rules
from serverless_containers.plan.resources.mounted_files import MountedFile, find_files
from serverless_containers.plan.utility_containers import COPIED, EXECUTABLE, PLAIN, UTILITY_IMAGE

FILES = "files"
"""The folder of a context that holds the files to add."""
DOCKERFILE = "serverless-containers.Dockerfile"
"""The Dockerfile of a service that has one of its own, with the last stage."""
LAST_STAGE = "serverless-containers-image"
"""The stage that adds the files."""
_STAGE = "serverless-containers-service"
_FILES_STAGE = "serverless-containers-files"
_IN_A_LINE = 48_000
"""Characters of a file in one instruction, a multiple of 4. BuildKit's parser takes lines
of 65,535 bytes ("dockerfile line greater than maximum allowed size"), of which a path may take
4,096; an argument of Linux has at most 128 KiB."""


def stage_context(container: ContainerPlan, folder: Path) -> None:
    """Write the context of an image that files are added to: a Dockerfile, and the files alone.

    Args:
        container: A container that names an image, and has copies.
        folder: An empty folder.

    Raises:
        OSError: If a file cannot be read.
    """
    lines = [f"FROM {container.image}"]
    if container.role is ContainerRole.FILES:
        lines.append(f"COPY {FILES} {COPIED}")
        for target, file in _files_of(container.copies).items():
            kind = EXECUTABLE if file.executable else PLAIN
            _copy(file.source, folder / FILES / kind / target.lstrip("/"), file.mode)
    else:
        for number, each in enumerate(container.copies):
            _copy(each.source, folder / FILES / str(number), each.mode)
            lines.append(copy_line(f"{FILES}/{number}", each))
    (folder / "Dockerfile").write_text("\n".join(lines) + "\n", encoding="utf-8")


def copy_line(source: str, copy: CopyPlan, *, stage: str | None = None) -> str:
    """Return the instruction that adds a file, which then belongs to root.

    Args:
        source: Its path in the context or the stage.
        copy: Its path in the image, and its mode.
        stage: The stage that it comes from. Default: the context.
    """
    origin = f"--from={stage} " if stage else ""
    return f"COPY {origin}--chmod={copy.mode:04o} {json.dumps([source, copy.target])}"


def add_last_stage(
    folder: Path, build: BuildPlan, copies: Sequence[CopyPlan], original: Path
) -> None:
    """Write a Dockerfile with a last stage into a copy of a build's context.

    The files are in the Dockerfile itself, because what an instruction copies as a whole would
    otherwise hold them as well; and the Dockerfile is in no image, for the same reason.

    Args:
        folder: The copy of the context.
        build: The build.
        copies: The files to add.
        original: The context itself.

    Raises:
        OSError: If a file cannot be read.
        ValueError: If the Dockerfile has no stage of the build's target.
    """
    text = (original / build.dockerfile_in_context).read_text("utf-8", "surrogateescape")
    named, stage = with_stage_name(text, args=build.args, target=build.target, name=_STAGE)
    # It writes files by commands, which the machine that builds runs without an emulator only so.
    lines = [
        named.rstrip("\n"),
        "",
        f"FROM --platform=$BUILDPLATFORM {UTILITY_IMAGE} AS {_FILES_STAGE}",
    ]
    for number, each in enumerate(copies):
        lines += _written(f"/{number}", read_regular(each.source, most=each.source.stat().st_size))
        lines.append(f"RUN chmod {each.mode:04o} /{number}")
    lines.append(f"FROM {stage} AS {LAST_STAGE}")
    lines += [
        copy_line(f"/{number}", each, stage=_FILES_STAGE) for number, each in enumerate(copies)
    ]
    (folder / DOCKERFILE).write_text("\n".join(lines) + "\n", "utf-8", "surrogateescape")
    ignored = ignore_file_of(str(original), build.dockerfile_in_context)
    patterns = Path(ignored).read_bytes() if ignored else b""
    (folder / ".dockerignore").write_bytes(patterns + f"\n{DOCKERFILE}\n".encode())


def refuse_copies(container: ContainerPlan, findings: Findings) -> None:
    """Report that an image which is made elsewhere has to hold what would be added to it.

    Args:
        container: The container whose image it is.
        findings: Takes the error.
    """
    if container.copies:
        first = container.copies[0]
        wanted = listed([each.target for each in container.copies])
        findings.report(
            rules.MOUNT_NOT_IN_IMAGE,
            first.at,
            first.path,
            f"the image of {container.name} is made elsewhere, and nothing can be added to it: it "
            f"has to hold {wanted}"
            if container.role is ContainerRole.SERVICE
            else "images are made elsewhere, and these files are too large for a task definition",
            "copy the files when it is made, and mark the mount with x-serverless-containers: "
            "{local-only: true}",
        )


def _files_of(copies: Iterable[CopyPlan]) -> dict[str, MountedFile]:
    """The files of volumes, each of which a later one of the same place replaces."""
    files: dict[str, MountedFile] = {}
    for each in copies:
        for target in [path for path in files if f"{path}/".startswith(f"{each.target}/")]:
            del files[target]
        found = find_files(str(each.source), read_here=frozenset())
        if found.problem is not None:
            raise OSError(f"{each.source} {found.problem}")
        for name, file in found.files.items():
            files[posixpath.join(each.target, name) if name else each.target] = file
    return files


def _copy(source: Path, target: Path, mode: int) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target, follow_symlinks=False)
    target.chmod(mode)


def _written(path: str, content: bytes) -> list[str]:
    """The instructions that write a file."""
    text = base64.b64encode(content).decode()
    pieces = [text[start : start + _IN_A_LINE] for start in range(0, len(text), _IN_A_LINE)]
    return [f"RUN : > {path}"] + [
        f"RUN printf %s {piece} | base64 -d >> {path}" for piece in pieces
    ]
