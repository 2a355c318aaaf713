"""The rules about secrets, their files, and what should have been one."""

from serverless_containers.findings import Rule, Severity

_CREATION = "AWS Secrets Manager API Reference, CreateSecret"
_TASK_DEFINITION = "Amazon ECS API Reference, ContainerDefinition"
_INJECTION = "Amazon ECS API Reference, Secret"

FILE_NAME = Rule(
    code="secret-file-name",
    severity=Severity.ERROR,
    summary="The file of a secret has a name that starts with .secret-, which is ignored by git.",
)
FILE_PLACE = Rule(
    code="secret-file-place",
    severity=Severity.ERROR,
    summary="The file of a secret is outside the folders that are packed, built or uploaded.",
    excerpt=False,
)
NAME_INVALID = Rule(
    code="secret-name-invalid",
    severity=Severity.ERROR,
    summary="A secret has a name that its store takes, or the ARN of one.",
    source=_CREATION,
)
NAME_LIKE_ARN = Rule(
    code="secret-name",
    severity=Severity.WARNING,
    summary="A secret's name does not end in a hyphen and six characters, as ARNs do.",
    source=_CREATION,
)
NAME_TAKEN = Rule(
    code="secret-name-taken",
    severity=Severity.ERROR,
    summary="No two secrets that are pushed have one name.",
)
NAME_SHARED = Rule(
    code="secret-name-shared",
    severity=Severity.NOTE,
    summary="A secret with another name than the service's own may belong to others, too.",
)
FILE_UNUSED = Rule(
    code="secret-file-unused",
    severity=Severity.WARNING,
    summary="A secret that exists already has no file.",
)
LINK_OUTSIDE = Rule(
    code="link-outside",
    severity=Severity.WARNING,
    summary="No symbolic link leads out of a folder that is packed: what it leads to is left out.",
    excerpt=False,
)
JSON_KEY = Rule(
    code="secret-json-key",
    severity=Severity.ERROR,
    summary="A key of a JSON object is asked of external secrets in Secrets Manager alone.",
    source=_INJECTION,
)
ATTRIBUTES = Rule(
    code="secret-attributes",
    severity=Severity.WARNING,
    summary="Owner and permissions are asked of secrets that are files, not of variables.",
)
IN_ENVIRONMENT = Rule(
    code="secret-in-environment",
    severity=Severity.WARNING,
    summary="What looks like a secret is no plain variable, which a template shows to everybody.",
    source=_TASK_DEFINITION,
)
VALUE_MISSING = Rule(
    code="secret-value-missing",
    severity=Severity.ERROR,
    summary="The file, or the variable, with the value of a secret is on the machine that pushes.",
)
FILE_UNREADABLE = Rule(
    code="secret-file-unreadable",
    severity=Severity.ERROR,
    summary="The file of a secret is a file, which can be read.",
)
FILE_LINK = Rule(
    code="secret-file-link",
    severity=Severity.ERROR,
    summary="The file of a secret is no symbolic link, and in no folder that is one.",
)
FILE_OPEN = Rule(
    code="secret-file-open",
    severity=Severity.ERROR,
    summary="The file of a secret can be read by its owner alone, or by its group.",
)
VALUE_EMPTY = Rule(
    code="secret-value-empty",
    severity=Severity.ERROR,
    summary="A secret has a value.",
    source=_CREATION,
)
VALUE_LINES = Rule(
    code="secret-value-lines",
    severity=Severity.ERROR,
    summary="A secret holds one value, on one line.",
)
VALUE_TEXT = Rule(
    code="secret-value-text",
    severity=Severity.ERROR,
    summary="The value of a secret is text in UTF-8 that a variable can hold.",
    source=_INJECTION,
)
VALUE_SIZE = Rule(
    code="secret-value-size",
    severity=Severity.ERROR,
    summary="The value of a secret fits into its store: 65,536 bytes, or 4,096 for a parameter.",
    source=_CREATION,
)
