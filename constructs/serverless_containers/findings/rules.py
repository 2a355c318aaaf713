"""What is looked for in suppressions."""

from serverless_containers.findings.finding import Rule, Severity

SUPPRESSION_INVALID = Rule(
    code="suppression-invalid",
    severity=Severity.ERROR,
    summary="A suppression names a rule, gives a reason, and holds nothing else but a path.",
)
SUPPRESSION_UNKNOWN_RULE = Rule(
    code="suppression-unknown-rule",
    severity=Severity.ERROR,
    summary="A suppression names a rule of this reference.",
)
SUPPRESSION_OF_ERROR = Rule(
    code="suppression-of-error",
    severity=Severity.ERROR,
    summary="Warnings and notes can be suppressed; an error cannot: nothing could be deployed.",
)
SUPPRESSION_UNUSED = Rule(
    code="suppression-unused",
    severity=Severity.WARNING,
    summary="A suppression suppresses something. While there are errors, this is not looked at.",
)
