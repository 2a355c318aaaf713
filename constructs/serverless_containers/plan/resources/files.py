"""Configs, and secrets in the form of files.

ECS has neither. A container that runs first writes them to scratch volumes, which take the place of
the folders that they belong in.
"""

from dataclasses import dataclass, field
from pathlib import PurePosixPath

from serverless_containers.compose.files import (
    NotRegularError,
    Reader,
    TooLargeError,
    is_secret,
    read_regular,
)
from serverless_containers.compose.model import FileSource, FileUse, Project, Service
from serverless_containers.compose.rules import SECRET_READ
from serverless_containers.findings import Findings
from serverless_containers.plan.build_context.folders import files_of_secrets, real
from serverless_containers.plan.model import FilePlan, MountPlan, VolumeKind, VolumePlan
from serverless_containers.plan.names import free
from serverless_containers.plan.places import place
from serverless_containers.plan.resources import rules
from serverless_containers.plan.resources.mount_paths import normal, why_reserved
from serverless_containers.plan.resources.volumes import anonymous_names
from serverless_containers.plan.template_syntax import check_content

_LARGEST = 32 * 1024
"""Bytes of all configs together: half of what a task definition may have, before Base64."""
_ALL_PERMISSIONS = 0o7777
_HIGHEST_ID = 2**32 - 2
"""The last number of 32 bits stands for no id: chown(2)."""
_SECRETS = PurePosixPath("/run/secrets")


@dataclass(slots=True)
class Files:
    """The files of a project, collected while its services are planned."""

    project: Project
    findings: Findings
    volumes: dict[str, VolumePlan] = field(default_factory=dict)
    files: list[FilePlan] = field(default_factory=list)
    _size: int = 0
    _folders: dict[tuple[str, PurePosixPath], int] = field(default_factory=dict)
    _taken: frozenset[str] = field(init=False)
    _secret_files: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self._secret_files = frozenset(map(real, files_of_secrets(self.project)))
        self._taken = anonymous_names(self.project) | self.project.volumes.keys()

    @property
    def room(self) -> int:
        """Bytes that the configs leave for other files in the task definition."""
        return max(0, _LARGEST - self._size)

    def of(self, service: Service, *, secrets: bool) -> tuple[MountPlan, ...]:
        """Plan the files of one service.

        Args:
            service: The service.
            secrets: Whether its secrets are files, too.
        """
        mounts: dict[PurePosixPath, MountPlan] = {}
        for use in service.configs:
            content = self._content(use)
            target = PurePosixPath(use.target or f"/{use.source}")
            if content is not None and self._is_sound(use, target):
                mounts[target.parent] = self._add(service, use, target, content=content)
                self._warn_of_hidden(use, target)
        if secrets:
            for use in service.secrets:
                target = _SECRETS / (use.target or use.source)
                if self._is_sound(use, target):
                    mounts[target.parent] = self._add(service, use, target, secret=use.source)
                    if not target.is_relative_to(_SECRETS):
                        self._warn_of_hidden(use, target)
        return tuple(mounts.values())

    def _add(
        self,
        service: Service,
        use: FileUse,
        target: PurePosixPath,
        *,
        content: bytes | None = None,
        secret: str | None = None,
    ) -> MountPlan:
        place = (service.name, target.parent)
        # Folders differ in more characters than the names of volumes may have.
        number = self._folders.setdefault(place, len(self._folders) + 1)
        name = free(f"{service.name}-files-{number}", self._taken)
        self.volumes.setdefault(name, VolumePlan(name=name, kind=VolumeKind.SCRATCH))
        self.files.append(
            FilePlan(
                volume=name,
                name=target.name,
                content=content,
                secret=secret,
                mode=0o444 if use.mode is None else use.mode,
                owner=(_id(use.uid), _id(use.gid)),
            )
        )
        return MountPlan(volume=name, path=str(target.parent), read_only=True)

    def _is_sound(self, use: FileUse, target: PurePosixPath) -> bool:
        sound = self._fits_folder(use, target)
        for key in ("uid", "gid"):
            text = getattr(use, key)
            if text is not None and not _is_id(text):
                sound = self._refuse_attribute(
                    use, key, f"expected a number, as Linux has ids, got {text!r}", 'write "1000"'
                )
        if use.mode is not None and not 0 <= use.mode <= _ALL_PERMISSIONS:
            sound = self._refuse_attribute(
                use,
                "mode",
                f"expected permissions from 0 to 7777 in octal, got {use.mode:o}",
                "write 0440",
            )
        return sound

    def _refuse_attribute(self, use: FileUse, key: str, message: str, fix: str) -> bool:
        self.findings.report(rules.FILE_ATTRIBUTES, *place(use, key), message, fix)
        return False

    def _fits_folder(self, use: FileUse, target: PurePosixPath) -> bool:
        if ".." in target.parts or (use.target or "").endswith("/"):
            self.findings.report(
                rules.FILE_TARGET,
                *place(use, "target"),
                f"expected the path of a file, without .. in it, got {use.target or use.source!r}",
                "write the path as it is, with the file's name at its end",
            )
            return False
        reserved = why_reserved(normal(str(target)))
        if reserved is not None:
            problem, fix = reserved
            self.findings.report(rules.FILE_TARGET, *place(use, "target"), problem, fix)
            return False
        if target.is_absolute() and len(target.parts) > 2:
            return True
        self.findings.report(
            rules.FILE_TARGET,
            *place(use, "target"),
            f"{target} is in the root folder, which a volume cannot take the place of",
            f"give it a folder of its own: target: /etc/{self.project.name}/{target.name}",
        )
        return False

    def _warn_of_hidden(self, use: FileUse, target: PurePosixPath) -> None:
        self.findings.report(
            rules.FOLDER_HIDDEN,
            *place(use, "target"),
            f"{target.parent} holds the configs and secrets of this service that are mounted there "
            "and nothing else: whatever the image has there is hidden",
            "give them a folder of their own",
        )

    def _content(self, use: FileUse) -> bytes | None:
        source = self.project.configs.get(use.source)
        if source is None:
            return None
        content = self._read(source)
        if content is None:
            return None
        self._size += len(content)
        if self._size > _LARGEST:
            self.findings.report(
                rules.FILE_SOURCE,
                *place(source),
                f"the configs of a task hold at most {_LARGEST} bytes together, got {self._size}",
                "copy the file into the image",
            )
            return None
        return content

    def _read(self, source: FileSource) -> bytes | None:
        if source.content is not None:
            # What is no text has been reported.
            return source.content.encode("utf-8", "surrogateescape")
        if source.file is None:
            return None
        if is_secret(source.file) or real(source.file) in self._secret_files:
            self.findings.report(
                SECRET_READ,
                *place(source, "file"),
                f"{source.file.name} is the file of a secret, and a config is in the template",
                "define a secret with it, and list that under secrets",
            )
            return None
        at, path = source.at("file"), (*source.path, "file")
        reader = Reader(self.project.directory, self.findings)
        if not reader.is_inside(source.file, at, path):
            return None
        fix = "name a file that can be read"
        try:
            content = read_regular(source.file, most=_LARGEST)
        except TooLargeError as error:
            problem, fix = error.strerror, "copy it into the image"
        except NotRegularError as error:
            problem = error.strerror
        except (OSError, ValueError) as error:
            problem = f"cannot be read ({getattr(error, 'strerror', None) or error})"
        else:
            sound = check_content(content, source.file.name, at, path, self.findings)
            return content if sound else None
        self.findings.report(rules.FILE_SOURCE, at, path, f"{source.file.name} {problem}", fix)
        return None


def _is_id(text: str) -> bool:
    # More digits are no id of Linux, and int() refuses thousands of them.
    return text.isascii() and text.isdecimal() and len(text) <= 10 and int(text) <= _HIGHEST_ID


def _id(text: str | None) -> int:
    return int(text) if text and _is_id(text) else 0
