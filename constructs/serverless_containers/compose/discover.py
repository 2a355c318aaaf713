"""Which files make a project: Docker Compose's own choice, and that of an environment."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from serverless_containers.compose import rules
from serverless_containers.compose.files import is_file
from serverless_containers.findings import Findings, Location
from serverless_containers.findings.listing import listed
from serverless_containers.spelling import nearest

_BASES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
_STEMS = ("compose", "docker-compose")


@dataclass(frozen=True, slots=True)
class Sources:
    """The files of a project.

    Attributes:
        directory: The absolute project folder.
        files: The Compose files, in the order in which they are merged; none for a lone Dockerfile.
        dockerfile: The lone Dockerfile, when there is no Compose file.
    """

    directory: Path
    files: tuple[Path, ...]
    dockerfile: Path | None = None


def discover(
    source: Path,
    *,
    files: Sequence[Path],
    environment: str | None,
    override: bool = True,
    findings: Findings,
) -> Sources | None:
    """Find the files of a project.

    Args:
        source: The project folder, a Compose file, or a Dockerfile.
        files: The Compose files to merge, when they are not to be looked for. Relative ones are
            looked for in the folder.
        environment: The environment whose file is merged onto the base file.
        override: Whether the override file is, where there is no environment.
        findings: Where missing and doubtful files are reported.

    Returns:
        The files; None when there is nothing to read.
    """
    source = source.absolute()
    try:
        is_folder = source.is_dir()
        exists = source.exists()
    except (OSError, ValueError):
        is_folder = exists = False
    if not exists:
        findings.report(
            rules.SOURCE_MISSING,
            None,
            (),
            f"{source} does not exist",
            "name a folder with a Compose file or a Dockerfile",
        )
        return None
    folder = source if is_folder else source.parent
    if files:
        named = tuple(_tidy(folder / file) for file in files)
        own = _own(named[0], environment, findings, named=named)
        # As in Docker Compose, the first file's folder is the project's.
        return Sources(named[0].parent, (*named, *(file for file in own if file not in named)))
    if not is_folder:
        if _is_dockerfile(source):
            return Sources(folder, (), source)
        base = source
    else:
        found = [folder / name for name in _BASES if is_file(folder / name)]
        if not found:
            return _lone_dockerfile(folder, findings)
        base = found[0]
        if len(found) > 1:
            others = ", ".join(file.name for file in found[1:])
            findings.report(
                rules.SEVERAL_BASE_FILES,
                Location(base.name, 1, 1),
                (),
                f"{base.name} is read, and not {others}",
                f"remove {others}, or name one file",
            )
    if environment is None and override:
        # A file that is named stands for itself, as with `docker compose -f`.
        return Sources(folder, (base, *(_override(base, findings) if is_folder else ())))
    return Sources(folder, (base, *_environment(base, environment, findings)))


def _tidy(path: Path) -> Path:
    # Docker Compose tidies paths up as text; links stay links.
    return Path(*_without_dots(path.absolute().parts))


def _without_dots(parts: tuple[str, ...]) -> list[str]:
    kept: list[str] = []
    for part in parts:
        if part == ".." and len(kept) > 1:
            kept.pop()
        elif part != "..":
            kept.append(part)
    return kept


def _is_dockerfile(path: Path) -> bool:
    name = path.name.lower()
    if name.endswith((".yaml", ".yml")):
        return False
    return name == "dockerfile" or name.startswith("dockerfile.") or name.endswith(".dockerfile")


def _lone_dockerfile(folder: Path, findings: Findings) -> Sources | None:
    dockerfile = folder / "Dockerfile"
    if is_file(dockerfile):
        return Sources(folder, (), dockerfile)
    findings.report(
        rules.SOURCE_MISSING,
        None,
        (),
        f"{folder} holds neither a Compose file ({', '.join(_BASES)}) nor a Dockerfile",
        "add one of them, or name another folder",
    )
    return None


def _override(base: Path, findings: Findings) -> tuple[Path, ...]:
    """The override file that Docker Compose would merge."""
    overrides = _beside(base, "override")
    if len(overrides) > 1:
        others = ", ".join(file.name for file in overrides[1:])
        findings.report(
            rules.SEVERAL_BASE_FILES,
            Location(overrides[0].name, 1, 1),
            (),
            f"{overrides[0].name} is read, and not {others}",
            f"remove {others}",
        )
    return overrides[:1]


def _environment(base: Path, environment: str | None, findings: Findings) -> tuple[Path, ...]:
    """The file of an environment, which takes the place of the override file."""
    for override in _beside(base, "override"):
        own = f"{base.stem}.{environment or '<environment>'}{base.suffix}"
        findings.report(
            rules.OVERRIDE_LEFT_OUT,
            Location(override.name, 1, 1),
            (),
            f"{override.name} is left out of a deployment",
            f"move what belongs to an environment to {own}",
        )
    return _own(base, environment, findings)


def _own(
    base: Path, environment: str | None, findings: Findings, *, named: Sequence[Path] = ()
) -> tuple[Path, ...]:
    """The file of an environment alone. That it has none is reported where others have one.

    Args:
        base: The file that it is merged onto.
        environment: The environment.
        findings: Takes the report.
        named: Files that are merged in any case, and so are no other environment's.
    """
    if environment is None:
        return ()
    found = _beside(base, environment)[:1]
    others = {} if found else _others(base, named)
    if others:
        near = nearest(environment, others)
        findings.report(
            rules.ENVIRONMENT_WITHOUT_FILE,
            None,
            ("environment",),
            f"the environment {environment!r} has no file beside {base.name}, and others have: "
            f"{listed(list(others.values()))}",
            f"did you mean {near!r}?"
            if near
            else f"add {base.stem}.{environment}{base.suffix}, or name one of these environments",
        )
    return found


def _others(base: Path, named: Sequence[Path]) -> dict[str, str]:
    """The files of environments beside a Compose file, by the environments' names."""
    stems = _STEMS if base.name in _BASES else (base.stem,)
    shape = re.compile(rf"(?:{'|'.join(map(re.escape, stems))})\.(?P<word>.+)\.ya?ml")
    try:
        files = sorted(set(base.parent.iterdir()).difference(named))
    except OSError:
        return {}
    found = [match for file in files if (match := shape.fullmatch(file.name)) and is_file(file)]
    return {match["word"]: match[0] for match in found if match["word"] != "override"}


def _beside(base: Path, word: str) -> tuple[Path, ...]:
    names = [f"{base.stem}.{word}{suffix}" for suffix in (".yaml", ".yml")]
    if base.name in _BASES:
        suffixes = (".yml", ".yaml") if word == "override" else (".yaml", ".yml")
        names = [f"{stem}.{word}{suffix}" for stem in _STEMS for suffix in suffixes]
    return tuple(base.parent / name for name in names if is_file(base.parent / name))


def project_variables(
    sources: Sources, env_files: Sequence[Path], given: Mapping[str, str]
) -> list[Path]:
    """The files of variables for the project: those that are named, else `.env`."""
    if env_files:
        return [sources.directory / file for file in env_files]
    default = sources.directory / ".env"
    is_off = given.get("COMPOSE_DISABLE_ENV_FILE", "").lower() in {"1", "t", "true"}
    return [default] if is_file(default) and not is_off else []
