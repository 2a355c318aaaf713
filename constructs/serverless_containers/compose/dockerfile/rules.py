"""Rules of Dockerfiles."""

from serverless_containers.findings import Rule, Severity

REFERENCE = "https://docs.docker.com/reference/dockerfile/"
"""Docker's Dockerfile reference, which every rule rests on."""


def _error(code: str, summary: str, anchor: str) -> Rule:
    return Rule(
        code=f"dockerfile-{code}",
        severity=Severity.ERROR,
        summary=summary,
        source=f"{REFERENCE}#{anchor}",
    )


def _warning(code: str, summary: str, source: str) -> Rule:
    return Rule(
        code=f"dockerfile-{code}", severity=Severity.WARNING, summary=summary, source=source
    )


NO_STAGE = _error("no-stage", "A Dockerfile has at least one FROM.", "from")
BEFORE_FROM = _error("before-from", "Only ARG may precede the first FROM.", "from")
UNKNOWN_INSTRUCTION = _error(
    "unknown-instruction", "Every line starts with an instruction that Docker knows.", "overview"
)
DIRECTIVE = _error(
    "directive",
    "A parser directive is given once, and escape is a backslash or a backtick.",
    "parser-directives",
)
HEREDOC = _error("heredoc", "A here-document ends with its delimiter.", "here-documents")
QUOTE = _error("quote", "A quotation mark that is opened is closed.", "environment-replacement")
SUBSTITUTION = _error(
    "substitution", "A variable is written in a form that Docker knows.", "environment-replacement"
)
ARGUMENTS = _error("arguments", "An instruction has the arguments that it needs.", "overview")
OPTION = _error("option", "An option is known, is given once, and has a value.", "overview")
STAGE_NAME = _error(
    "stage-name", "A stage's name is a letter, then letters, digits, hyphens, _ and dots.", "from"
)
UNKNOWN_TARGET = _error("unknown-target", "The target of a build is one of its stages.", "from")
EXPOSE_PORT = _error("expose-port", "EXPOSE names ports between 1 and 65535.", "expose")
EXPOSE_PROTOCOL = _error("expose-protocol", "EXPOSE names tcp, udp or sctp.", "expose")
HEALTHCHECK = _error(
    "healthcheck", "HEALTHCHECK is followed by NONE, or by CMD and a command.", "healthcheck"
)
DURATION = _error(
    "duration", "A duration of HEALTHCHECK is 0 or at least 1ms, in Go's notation.", "healthcheck"
)
RETRIES = _error("retries", "HEALTHCHECK's retries is a number, 0 or more.", "healthcheck")
JSON_FORM = _error("json-form", "The exec form is a JSON array of strings.", "exec-form")
ONBUILD = _error(
    "onbuild", "ONBUILD triggers anything but ONBUILD, FROM and MAINTAINER.", "onbuild-limitations"
)

MALFORMED_JSON = _warning(
    "malformed-json",
    "What looks like the exec form is JSON; otherwise a shell runs it.",
    f"{REFERENCE}#exec-form",
)
UNRESOLVED_VARIABLE = _warning(
    "unresolved-variable",
    "A variable of EXPOSE or FROM has a value that the file or the build arguments give it.",
    f"{REFERENCE}#environment-replacement",
)
EXPOSE_MAPPING = _warning(
    "expose-mapping",
    "EXPOSE names the container's port alone.",
    "https://docs.docker.com/reference/build-checks/expose-invalid-format/",
)
