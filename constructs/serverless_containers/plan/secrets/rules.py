"""The rules about secrets, their files, and what should have been one."""

from serverless_containers.findings import Rule

_CREATION = "AWS Secrets Manager API Reference, CreateSecret"
_TASK_DEFINITION = "Amazon ECS API Reference, ContainerDefinition"
_INJECTION = "Amazon ECS API Reference, Secret"

FILE_NAME = Rule.warning(
    "secret-file-name",
    "The file of a secret has a name that starts with .secret-, which is ignored by git.",
)
FILE_PLACE = Rule.error(
    "secret-file-place",
    "The file of a secret is outside the folders that images are built from.",
    excerpt=False,
)
FILE_IN_PROJECT = Rule.warning(
    "secret-file-in-project",
    "The file of a secret is outside the project folder, which a pipeline packs without it.",
    excerpt=False,
)
NAME_INVALID = Rule.error(
    "secret-name-invalid", "A secret has a name that its store takes, or the ARN of one.", _CREATION
)
NAME_LIKE_ARN = Rule.warning(
    "secret-name",
    "A secret's name does not end in a hyphen and six characters, as ARNs do.",
    _CREATION,
)
NAME_TAKEN = Rule.error("secret-name-taken", "No two secrets that are pushed have one name.")
NAME_SHARED = Rule.note(
    "secret-name-shared",
    "A secret with another name than the service's own may belong to others, too.",
)
FILE_UNUSED = Rule.warning("secret-file-unused", "A secret that exists already has no file.")
LINK_OUTSIDE = Rule.warning(
    "link-outside",
    "No symbolic link leads out of a folder that is packed: what it leads to is left out.",
    excerpt=False,
)
JSON_KEY = Rule.error(
    "secret-json-key",
    "A key of a JSON object is asked of external secrets in Secrets Manager alone.",
    _INJECTION,
)
ATTRIBUTES = Rule.warning(
    "secret-attributes",
    "Owner and permissions are asked of secrets that are files, not of variables.",
)
IN_ENVIRONMENT = Rule.warning(
    "secret-in-environment",
    "What looks like a secret is no plain variable, which a template shows to everybody.",
    _TASK_DEFINITION,
)
VALUE_MISSING = Rule.error(
    "secret-value-missing",
    "The file, or the variable, with the value of a secret is on the machine that pushes.",
)
FILE_UNREADABLE = Rule.error(
    "secret-file-unreadable", "The file of a secret is a file, which can be read."
)
FILE_LINK = Rule.error(
    "secret-file-link", "The file of a secret is no symbolic link, and in no folder that is one."
)
FILE_OPEN = Rule.error(
    "secret-file-open", "The file of a secret can be read by its owner alone, or by its group."
)
VALUE_EMPTY = Rule.error("secret-value-empty", "A secret has a value.", _CREATION)
VALUE_LINES = Rule.error("secret-value-lines", "A secret holds one value, on one line.")
VALUE_TEXT = Rule.error(
    "secret-value-text",
    "The value of a secret is text in UTF-8 that a variable can hold.",
    _INJECTION,
)
VALUE_SIZE = Rule.error(
    "secret-value-size",
    "The value of a secret fits into its store: 65,536 bytes, or 4,096 for a parameter.",
    _CREATION,
)
