"""The secrets that the services of a project read."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from serverless_containers.compose.files import SECRET_PREFIX
from serverless_containers.compose.model import FileSource, Project
from serverless_containers.compose.yaml.nodes import MappingNode
from serverless_containers.findings import Findings
from serverless_containers.plan.build_context.folders import built_folders, real
from serverless_containers.plan.places import place
from serverless_containers.plan.secrets import rules
from serverless_containers.plan.secrets.model import SecretPlan, SecretStore
from serverless_containers.plan.settings import Known, read_extension

OF_A_SECRET: Known = {
    "store": tuple(SecretStore),
    "json-key": str,
    "multiline": bool,
}
_NAMES = {
    SecretStore.SECRETS_MANAGER: (
        # "CreateSecret", AWS Secrets Manager API Reference.
        re.compile(r"[A-Za-z0-9/_+=.@-]{1,512}"),
        "letters, digits and /_+=.@-, at most 512",
    ),
    SecretStore.PARAMETER_STORE: (
        # "PutParameter", AWS Systems Manager API Reference: in levels of which there are at most
        # fifteen, the first of them not that of AWS itself.
        re.compile(r"(?!/?(?i:aws|ssm))(/[A-Za-z0-9_.-]+){1,15}|[A-Za-z0-9_.-]{1,1011}"),
        "letters, digits, _.- and at most fifteen levels that start with /, not with aws or ssm",
    ),
}
_ARN = r"arn:aws[a-z-]*:{}:[a-z]{{2}}(?:-[a-z]+)+-\d:\d{{12}}:"
_ARNS = {
    SecretStore.SECRETS_MANAGER: re.compile(
        _ARN.format("secretsmanager") + r"secret:[A-Za-z0-9/_+=.@-]{1,519}"
    ),
    SecretStore.PARAMETER_STORE: re.compile(
        _ARN.format("ssm") + r"parameter(/[A-Za-z0-9_.-]+){1,15}"
    ),
}
_LIKE_AN_ARN = re.compile(r"-[A-Za-z0-9]{6}\Z")


def plan_secrets(
    project: Project, findings: Findings, *, environment: str | None
) -> Mapping[str, SecretPlan]:
    """Plan the secrets that some service of a project reads.

    Whether their files are on this machine is not looked at: a plan is the same for a team-mate
    who does not have them.

    Args:
        project: The canonical model.
        findings: Takes what is wrong with them.
        environment: The environment, which is part of their names.

    Returns:
        The secrets by their keys in the file, sorted.
    """
    used = {use.source for service in project.services.values() for use in service.secrets}
    places = _SecretFiles(project, findings)
    planned = {}
    for key in sorted(used & project.secrets.keys()):
        source = project.secrets[key]
        plan = _plan(source, project, findings, environment)
        places.check(source)
        planned[key] = plan
    _report_taken(planned, findings)
    return planned


def owner_of(project: str, environment: str | None) -> str:
    """The service that secrets belong to: ``<project>/<environment>``, which begins their names.

    Args:
        project: The project's name.
        environment: The environment, if there is one.
    """
    return "/".join(filter(None, (project, environment)))


def _plan(
    source: FileSource, project: Project, findings: Findings, environment: str | None
) -> SecretPlan:
    settings = read_extension(source, OF_A_SECRET, findings)
    store = SecretStore(str(settings["store"].value)) if "store" in settings else None
    name = _name(source, project, environment, store)
    store = store or _store_of(name)
    json_key = settings.get("json-key")
    multiline = settings.get("multiline")
    plan = SecretPlan(
        key=source.key,
        name=name,
        store=store,
        external=source.external,
        shared=not source.external
        and not name.removeprefix("/").startswith(f"{owner_of(project.name, environment)}/"),
        file=None if source.external else source.file,
        variable=source.environment,
        json_key=str(json_key.value) if json_key else None,
        multiline=bool(multiline and multiline.value),
        folder=project.directory,
        at=source.at("file" if source.file else "environment" if source.environment else "name"),
        path=source.path,
    )
    _check_name(plan, source, findings)
    _say_what_is_left_out(source, findings)
    if plan.shared:
        findings.report(
            rules.NAME_SHARED,
            *place(source, "name"),
            f"{plan.name} is not named after {owner_of(project.name, environment)}: it gets no "
            "policy of its own, and a deployment does not miss it at once",
            "remove name, or push it once and make it external for the others",
        )
    if json_key and (not source.external or store is not SecretStore.SECRETS_MANAGER):
        findings.report(
            rules.JSON_KEY,
            json_key.at,
            json_key.path,
            "a secret of its own holds one value"
            if not source.external
            else "a parameter holds one value, and has no keys",
            "give each value a file and a secret",
        )
    elif json_key and (not plan.json_key or ":" in plan.json_key):
        findings.report(
            rules.JSON_KEY,
            json_key.at,
            json_key.path,
            f"expected a key without a colon, which ECS separates it by, got {plan.json_key!r}",
            "rename the key",
        )
    return plan


def _name(
    source: FileSource, project: Project, environment: str | None, store: SecretStore | None
) -> str:
    named = isinstance(source.node, MappingNode) and "name" in source.node.key_marks
    if source.external or named:
        return source.name or source.key
    name = f"{owner_of(project.name, environment)}/{source.key}"
    return f"/{name}" if store is SecretStore.PARAMETER_STORE else name


def _store_of(name: str) -> SecretStore:
    is_parameter = _ARNS[SecretStore.PARAMETER_STORE].fullmatch(name)
    return SecretStore.PARAMETER_STORE if is_parameter else SecretStore.SECRETS_MANAGER


def _check_name(plan: SecretPlan, source: FileSource, findings: Findings) -> None:
    below = "name" if isinstance(source.node, MappingNode) and "name" in source.node else None
    at, path = (source.at("name"), (*plan.path, "name")) if below else (plan.at, plan.path)
    pattern, allowed = _NAMES[plan.store]
    if plan.name.startswith("arn:"):
        if not plan.external:
            message, fix = "a secret that is pushed has a name", "remove the ARN"
        elif not _ARNS[plan.store].fullmatch(plan.name):
            message = f"expected the ARN of a secret, got {plan.name!r}"
            fix = "write the whole ARN and nothing behind it; a key of its JSON is json-key"
        else:
            return
        findings.report(rules.NAME_INVALID, at, path, message, fix)
    elif not pattern.fullmatch(plan.name):
        findings.report(
            rules.NAME_INVALID,
            at,
            path,
            f"expected {allowed}, got {plan.name!r}",
            "give it another name",
        )
    elif plan.store is SecretStore.SECRETS_MANAGER and _LIKE_AN_ARN.search(plan.name):
        findings.report(
            rules.NAME_LIKE_ARN,
            at,
            path,
            f"the name {plan.name!r} ends as the ARNs of secrets do, and may find another secret",
            "give it another name",
        )


def _say_what_is_left_out(source: FileSource, findings: Findings) -> None:
    if source.external and source.file is not None:
        findings.report(
            rules.FILE_UNUSED,
            *place(source, "file"),
            f"{source.key} is external: it exists already, and no value is taken from the file",
            "remove external, or the file",
        )


def _report_taken(planned: Mapping[str, SecretPlan], findings: Findings) -> None:
    """Report two secrets whose pushes would overwrite each other."""
    first: dict[tuple[SecretStore, str], SecretPlan] = {}
    for plan in planned.values():
        if plan.external:
            continue
        other = first.setdefault((plan.store, plan.name), plan)
        if other is not plan:
            findings.report(
                rules.NAME_TAKEN,
                plan.at,
                plan.path,
                f"{plan.key} has the name {plan.name!r}, which is that of {other.key}",
                "give each a name of its own",
            )


class _SecretFiles:
    """A check of the files of secrets, which must not be in folders that leave this machine."""

    def __init__(self, project: Project, findings: Findings) -> None:
        self._findings = findings
        self._directory = project.directory
        self._folders = built_folders(project)

    def check(self, source: FileSource) -> None:
        """Report a file whose name or place gives its value away."""
        if source.external or source.file is None:
            return
        at, path = source.at("file"), (*source.path, "file")
        if not source.file.name.startswith(SECRET_PREFIX):
            self._findings.report(
                rules.FILE_NAME,
                at,
                path,
                f"expected a file whose name starts with {SECRET_PREFIX}, which git ignores, got "
                f"{source.file.name!r}; it is left out of what is packed by its path",
                f"rename it, for instance to {SECRET_PREFIX}{source.file.name.lstrip('.')}",
            )
        placed = Path(real(source.file.parent)) / source.file.name
        inside = [folder for folder in self._folders if placed.is_relative_to(folder)]
        if inside:
            self._findings.report(
                rules.FILE_PLACE,
                at,
                path,
                f"{source.file.name} is in the folder {inside[0].name}, which is that of a build",
                "keep it outside" + self._suggested(source.file.name, inside[0]),
            )
        elif placed.is_relative_to(real(self._directory)):
            self._findings.report(
                rules.FILE_IN_PROJECT,
                at,
                path,
                f"{source.file.name} is in the project folder; it is left out of what a pipeline "
                "packs by its path, and has to be kept out of version control",
                "keep it outside" + self._suggested(source.file.name, Path(real(self._directory))),
            )

    def _suggested(self, name: str, inside: Path) -> str:
        """A path beside what is packed, from the folder that paths in the files are relative to."""
        folder = inside
        while folder != folder.parent:
            beside = folder.parent / "secrets"
            project = Path(real(self._directory))
            around = [each for each in (project, *self._folders) if beside.is_relative_to(each)]
            if not around:
                path = os.path.relpath(beside / name, real(self._directory))
                return f", for instance in {path}"
            # The outermost one is not in another one, and so this ends.
            folder = min(around, key=lambda each: len(each.parts))
            if folder == beside:
                break
        return ""
