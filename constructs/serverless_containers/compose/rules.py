"""Rules of Compose files."""

from serverless_containers.findings import Rule, Severity

_SPEC = "https://github.com/compose-spec/compose-spec/blob/main/"

SOURCE_MISSING = Rule(
    code="source-missing",
    severity=Severity.ERROR,
    summary="The source folder, and each file that is named, exists and can be read.",
)
SEVERAL_BASE_FILES = Rule(
    code="several-base-files",
    severity=Severity.WARNING,
    summary="A folder has one Compose file; of several, the one that Docker Compose takes is read.",
    source=_SPEC + "03-compose-file.md",
)
OVERRIDE_LEFT_OUT = Rule(
    code="override-left-out",
    severity=Severity.NOTE,
    summary="An override file is for `docker compose up` on a laptop, no part of an environment.",
)
ENVIRONMENT_WITHOUT_FILE = Rule(
    code="environment-without-file",
    severity=Severity.WARNING,
    summary="An environment that is named has a file, where others have.",
)
PROJECT_NAME_COMMON = Rule(
    code="project-name-common",
    severity=Severity.WARNING,
    summary="A project has a name of its own, not that of a folder as many have it: src, app.",
)
EMPTY_FILE = Rule(
    code="empty-file",
    severity=Severity.ERROR,
    summary="A Compose file holds a mapping.",
)
TOO_LARGE = Rule(
    code="too-large",
    severity=Severity.ERROR,
    summary="A file stays within what a person could have meant: size, depth, expanded aliases.",
)
NO_REGULAR_FILE = Rule(
    code="no-regular-file",
    severity=Severity.ERROR,
    summary="What is read is a regular file: no device, pipe or socket, and nothing in /proc.",
)
OUTSIDE_PROJECT = Rule(
    code="outside-project",
    severity=Severity.WARNING,
    summary="A file that another one names is in the project folder, or below it.",
)
LINK_OUT = Rule(
    code="link-out-of-project",
    severity=Severity.ERROR,
    summary="No symbolic link leads to a file, or a folder to build, outside the project without "
    "the path saying so.",
)
ENVIRONMENT_NAME = Rule(
    code="environment-name",
    severity=Severity.ERROR,
    summary="An environment has a plain name: it is part of the names of files and secrets.",
)
SECRET_READ = Rule(
    code="secret-read",
    severity=Severity.ERROR,
    summary="The file of a secret is nothing else: no variables, no config, no Compose file.",
)
YAML_SYNTAX = Rule(
    code="yaml-syntax",
    severity=Severity.ERROR,
    summary="A Compose file is well-formed YAML.",
)
DUPLICATE_KEY = Rule(
    code="duplicate-key",
    severity=Severity.ERROR,
    summary="A key stands once in a mapping.",
)
KEY_NOT_TEXT = Rule(
    code="key-not-text",
    severity=Severity.ERROR,
    summary="A key is text; a number, a boolean or null as a key is quoted.",
)
COMPOSE_V1 = Rule(
    code="compose-v1",
    severity=Severity.ERROR,
    summary="Services stand under `services:`; the first file format had them at the top.",
)
VERSION_IGNORED = Rule(
    code="version-ignored",
    severity=Severity.NOTE,
    summary="`version` has no meaning any more.",
    source=_SPEC + "04-version-and-name.md",
)
UNKNOWN_KEY = Rule(
    code="unknown-key",
    severity=Severity.ERROR,
    summary="Every key is one that Compose knows, or starts with `x-`.",
    source=_SPEC + "schema/compose-spec.json",
)
WRONG_TYPE = Rule(
    code="wrong-type",
    severity=Severity.ERROR,
    summary="A value is of a type that its key can have.",
    source=_SPEC + "schema/compose-spec.json",
)
MISSING_KEY = Rule(
    code="missing-key",
    severity=Severity.ERROR,
    summary="A mapping has the keys that it cannot do without.",
    source=_SPEC + "schema/compose-spec.json",
)
INVALID_VALUE = Rule(
    code="invalid-value",
    severity=Severity.ERROR,
    summary="A value is one of those that its key allows, in a form that Compose reads.",
)
DUPLICATE_ITEM = Rule(
    code="duplicate-item",
    severity=Severity.ERROR,
    summary="A list that stands for a set has each item once.",
)
INVALID_NAME = Rule(
    code="invalid-name",
    severity=Severity.ERROR,
    summary="A name has letters, digits, dots, hyphens and underscores only.",
)
INVALID_INTERPOLATION = Rule(
    code="invalid-interpolation",
    severity=Severity.ERROR,
    summary="`$` starts a variable; a dollar sign that means itself is written `$$`.",
    source=_SPEC + "12-interpolation.md",
)
REQUIRED_VARIABLE = Rule(
    code="required-variable",
    severity=Severity.ERROR,
    summary="A variable written `${NAME:?message}` has a value.",
    source=_SPEC + "12-interpolation.md",
)
VARIABLE_NOT_SET = Rule(
    code="variable-not-set",
    severity=Severity.WARNING,
    summary="A variable without a default has a value; Compose puts an empty string instead.",
    source=_SPEC + "12-interpolation.md",
)
COMMAND_CUT_SHORT = Rule(
    code="command-cut-short",
    severity=Severity.WARNING,
    summary="A command has no shell: Compose drops everything from an unquoted `;`, `&`, `|` on.",
)
OLD_BOOLEAN = Rule(
    code="old-boolean",
    severity=Severity.WARNING,
    summary="A boolean is written true or false.",
)
INVALID_DOTENV = Rule(
    code="invalid-env-file",
    severity=Severity.ERROR,
    summary="A file of variables has lines of the form NAME=value.",
)
ENV_FILE_MISSING = Rule(
    code="env-file-missing",
    severity=Severity.ERROR,
    summary="A file of variables exists, unless it is marked `required: false`.",
)
CANNOT_MERGE = Rule(
    code="cannot-merge",
    severity=Severity.ERROR,
    summary="A value that overrides another is of the same kind: a list, a mapping or a value.",
    source=_SPEC + "13-merge.md",
)
EXTENDS_INVALID = Rule(
    code="extends-invalid",
    severity=Severity.ERROR,
    summary="`extends` names a service that exists and does not lead back to itself.",
    source=_SPEC + "05-services.md#extends",
)
INCLUDE_INVALID = Rule(
    code="include-invalid",
    severity=Severity.ERROR,
    summary="`include` names files that exist, do not include each other, and share no names.",
    source=_SPEC + "14-include.md",
)
REMOTE_RESOURCE = Rule(
    code="remote-resource",
    severity=Severity.ERROR,
    summary="Included and extended files are on this machine: nothing is fetched.",
)
PROJECT_NAME = Rule(
    code="project-name",
    severity=Severity.ERROR,
    summary="A project's name has lower-case letters, digits, hyphens and underscores only.",
    source=_SPEC + "04-version-and-name.md#name-top-level-element",
)
NO_IMAGE = Rule(
    code="no-image",
    severity=Severity.ERROR,
    summary="A service has an image, or says how it is built.",
)
UNDEFINED_REFERENCE = Rule(
    code="undefined-reference",
    severity=Severity.ERROR,
    summary="What a service refers to is defined in the project.",
)
DISABLED_DEPENDENCY = Rule(
    code="disabled-dependency",
    severity=Severity.ERROR,
    summary="A service does not depend on one that the active profiles leave out.",
    source=_SPEC + "15-profiles.md",
)
DEPENDENCY_CYCLE = Rule(
    code="dependency-cycle",
    severity=Severity.ERROR,
    summary="Services do not wait for each other in a circle.",
)
CONFLICT = Rule(
    code="conflicting-keys",
    severity=Severity.ERROR,
    summary="Keys that exclude each other, or say the same thing twice, do not stand together.",
)
