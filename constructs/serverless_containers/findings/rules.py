"""The rules about suppressions."""

from serverless_containers.findings.finding import Rule

SUPPRESSION_INVALID = Rule.error(
    "suppression-invalid",
    "A suppression names a rule, gives a reason, and holds nothing else but a path.",
)
SUPPRESSION_UNKNOWN_RULE = Rule.error(
    "suppression-unknown-rule", "A suppression names a rule of this reference."
)
SUPPRESSION_OF_ERROR = Rule.error(
    "suppression-of-error",
    "Warnings and notes can be suppressed; an error cannot: nothing could be deployed.",
)
SUPPRESSION_UNUSED = Rule.warning(
    "suppression-unused",
    "A suppression suppresses something. While there are errors, this is not looked at.",
)
