"""Rules of Dockerfiles."""

from serverless_containers.findings import Rule

REFERENCE = "https://docs.docker.com/reference/dockerfile/"
"""Docker's Dockerfile reference, which every rule rests on."""

NO_STAGE = Rule.error(
    "dockerfile-no-stage", "A Dockerfile has at least one FROM.", REFERENCE + "#from"
)
BEFORE_FROM = Rule.error(
    "dockerfile-before-from", "Only ARG may precede the first FROM.", REFERENCE + "#from"
)
UNKNOWN_INSTRUCTION = Rule.error(
    "dockerfile-unknown-instruction",
    "Every line starts with an instruction that Docker knows.",
    REFERENCE + "#overview",
)
DIRECTIVE = Rule.error(
    "dockerfile-directive",
    "A parser directive is given once, and escape is a backslash or a backtick.",
    REFERENCE + "#parser-directives",
)
HEREDOC = Rule.error(
    "dockerfile-heredoc", "A here-document ends with its delimiter.", REFERENCE + "#here-documents"
)
QUOTE = Rule.error(
    "dockerfile-quote",
    "A quotation mark that is opened is closed.",
    REFERENCE + "#environment-replacement",
)
SUBSTITUTION = Rule.error(
    "dockerfile-substitution",
    "A variable is written in a form that Docker knows.",
    REFERENCE + "#environment-replacement",
)
ARGUMENTS = Rule.error(
    "dockerfile-arguments",
    "An instruction has the arguments that it needs.",
    REFERENCE + "#overview",
)
OPTION = Rule.error(
    "dockerfile-option",
    "An option is known, is given once, and has a value.",
    REFERENCE + "#overview",
)
STAGE_NAME = Rule.error(
    "dockerfile-stage-name",
    "A stage's name is a letter, then letters, digits, hyphens, _ and dots.",
    REFERENCE + "#from",
)
UNKNOWN_TARGET = Rule.error(
    "dockerfile-unknown-target", "The target of a build is one of its stages.", REFERENCE + "#from"
)
EXPOSE_PORT = Rule.error(
    "dockerfile-expose-port", "EXPOSE names ports between 1 and 65535.", REFERENCE + "#expose"
)
EXPOSE_PROTOCOL = Rule.error(
    "dockerfile-expose-protocol", "EXPOSE names tcp, udp or sctp.", REFERENCE + "#expose"
)
HEALTHCHECK = Rule.error(
    "dockerfile-healthcheck",
    "HEALTHCHECK is followed by NONE, or by CMD and a command.",
    REFERENCE + "#healthcheck",
)
DURATION = Rule.error(
    "dockerfile-duration",
    "A duration of HEALTHCHECK is 0 or at least 1ms, in Go's notation.",
    REFERENCE + "#healthcheck",
)
RETRIES = Rule.error(
    "dockerfile-retries",
    "HEALTHCHECK's retries is a number, 0 or more.",
    REFERENCE + "#healthcheck",
)
JSON_FORM = Rule.error(
    "dockerfile-json-form", "The exec form is a JSON array of strings.", REFERENCE + "#exec-form"
)
ONBUILD = Rule.error(
    "dockerfile-onbuild",
    "ONBUILD triggers anything but ONBUILD, FROM and MAINTAINER.",
    REFERENCE + "#onbuild-limitations",
)

MALFORMED_JSON = Rule.warning(
    "dockerfile-malformed-json",
    "What looks like the exec form is JSON; otherwise a shell runs it.",
    REFERENCE + "#exec-form",
)
UNRESOLVED_VARIABLE = Rule.warning(
    "dockerfile-unresolved-variable",
    "A variable of EXPOSE or FROM has a value that the file or the build arguments give it.",
    REFERENCE + "#environment-replacement",
)
EXPOSE_MAPPING = Rule.warning(
    "dockerfile-expose-mapping",
    "EXPOSE names the container's port alone.",
    "https://docs.docker.com/reference/build-checks/expose-invalid-format/",
)
