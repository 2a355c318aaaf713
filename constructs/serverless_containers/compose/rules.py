"""Rules of Compose files."""

from serverless_containers.findings import Rule

_SPEC = "https://github.com/compose-spec/compose-spec/blob/main/"

SOURCE_MISSING = Rule.error(
    "source-missing", "The source folder, and each file that is named, exists and can be read."
)
SEVERAL_BASE_FILES = Rule.warning(
    "several-base-files",
    "A folder has one Compose file; of several, the one that Docker Compose takes is read.",
    _SPEC + "03-compose-file.md",
)
OVERRIDE_LEFT_OUT = Rule.note(
    "override-left-out",
    "An override file is for `docker compose up` on a laptop, no part of an environment.",
)
ENVIRONMENT_WITHOUT_FILE = Rule.warning(
    "environment-without-file", "An environment that is named has a file, where others have."
)
PROJECT_NAME_COMMON = Rule.warning(
    "project-name-common",
    "A project has a name of its own, not that of a folder as many have it: src, app.",
)
EMPTY_FILE = Rule.error("empty-file", "A Compose file holds a mapping.")
TOO_LARGE = Rule.error(
    "too-large",
    "A file stays within what a person could have meant: size, depth, expanded aliases.",
)
NO_REGULAR_FILE = Rule.error(
    "no-regular-file",
    "What is read is a regular file: no device, pipe or socket, and nothing in /proc.",
)
OUTSIDE_PROJECT = Rule.warning(
    "outside-project", "A file that another one names is in the project folder, or below it."
)
LINK_OUT = Rule.error(
    "link-out-of-project",
    "No symbolic link leads to a file, or a folder to build, outside the project without the path "
    "saying so.",
)
ENVIRONMENT_NAME = Rule.error(
    "environment-name",
    "An environment has a plain name: it is part of the names of files and secrets.",
)
SECRET_READ = Rule.error(
    "secret-read", "The file of a secret is nothing else: no variables, no config, no Compose file."
)
YAML_SYNTAX = Rule.error("yaml-syntax", "A Compose file is well-formed YAML.")
DUPLICATE_KEY = Rule.error("duplicate-key", "A key stands once in a mapping.")
KEY_NOT_TEXT = Rule.error(
    "key-not-text", "A key is text; a number, a boolean or null as a key is quoted."
)
COMPOSE_V1 = Rule.error(
    "compose-v1", "Services stand under `services:`; the first file format had them at the top."
)
VERSION_IGNORED = Rule.note(
    "version-ignored", "`version` has no meaning any more.", _SPEC + "04-version-and-name.md"
)
UNKNOWN_KEY = Rule.error(
    "unknown-key",
    "Every key is one that Compose knows, or starts with `x-`.",
    _SPEC + "schema/compose-spec.json",
)
WRONG_TYPE = Rule.error(
    "wrong-type", "A value is of a type that its key can have.", _SPEC + "schema/compose-spec.json"
)
MISSING_KEY = Rule.error(
    "missing-key",
    "A mapping has the keys that it cannot do without.",
    _SPEC + "schema/compose-spec.json",
)
INVALID_VALUE = Rule.error(
    "invalid-value", "A value is one of those that its key allows, in a form that Compose reads."
)
DUPLICATE_ITEM = Rule.error("duplicate-item", "A list that stands for a set has each item once.")
INVALID_NAME = Rule.error(
    "invalid-name", "A name has letters, digits, dots, hyphens and underscores only."
)
INVALID_INTERPOLATION = Rule.error(
    "invalid-interpolation",
    "`$` starts a variable; a dollar sign that means itself is written `$$`.",
    _SPEC + "12-interpolation.md",
)
REQUIRED_VARIABLE = Rule.error(
    "required-variable",
    "A variable written `${NAME:?message}` has a value.",
    _SPEC + "12-interpolation.md",
)
VARIABLE_NOT_SET = Rule.warning(
    "variable-not-set",
    "A variable without a default has a value; Compose puts an empty string instead.",
    _SPEC + "12-interpolation.md",
)
COMMAND_CUT_SHORT = Rule.warning(
    "command-cut-short",
    "A command has no shell: Compose drops everything from an unquoted `;`, `&`, `|` on.",
)
OLD_BOOLEAN = Rule.warning("old-boolean", "A boolean is written true or false.")
INVALID_DOTENV = Rule.error(
    "invalid-env-file", "A file of variables has lines of the form NAME=value."
)
ENV_FILE_MISSING = Rule.error(
    "env-file-missing", "A file of variables exists, unless it is marked `required: false`."
)
CANNOT_MERGE = Rule.error(
    "cannot-merge",
    "A value that overrides another is of the same kind: a list, a mapping or a value.",
    _SPEC + "13-merge.md",
)
EXTENDS_INVALID = Rule.error(
    "extends-invalid",
    "`extends` names a service that exists and does not lead back to itself.",
    _SPEC + "05-services.md#extends",
)
INCLUDE_INVALID = Rule.error(
    "include-invalid",
    "`include` names files that exist, do not include each other, and share no names.",
    _SPEC + "14-include.md",
)
REMOTE_RESOURCE = Rule.error(
    "remote-resource", "Included and extended files are on this machine: nothing is fetched."
)
PROJECT_NAME = Rule.error(
    "project-name",
    "A project's name has lower-case letters, digits, hyphens and underscores only.",
    _SPEC + "04-version-and-name.md#name-top-level-element",
)
NO_IMAGE = Rule.error("no-image", "A service has an image, or says how it is built.")
UNDEFINED_REFERENCE = Rule.error(
    "undefined-reference", "What a service refers to is defined in the project."
)
DISABLED_DEPENDENCY = Rule.error(
    "disabled-dependency",
    "A service does not depend on one that the active profiles leave out.",
    _SPEC + "15-profiles.md",
)
DEPENDENCY_CYCLE = Rule.error(
    "dependency-cycle", "Services do not wait for each other in a circle."
)
CONFLICT = Rule.error(
    "conflicting-keys",
    "Keys that exclude each other, or say the same thing twice, do not stand together.",
)
