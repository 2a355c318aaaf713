"""The rules about folders that are packed."""

from serverless_containers.findings import Rule, Severity

LEFT_OUT = Rule(
    code="credentials-left-out",
    severity=Severity.WARNING,
    summary="No private key, state file or file of variables is in a folder that is packed: it is "
    "left out.",
    excerpt=False,
)
PACKED = Rule(
    code="credentials-packed",
    severity=Severity.WARNING,
    summary="No file that commonly holds credentials is packed.",
    excerpt=False,
)
NOT_PACKED = Rule(
    code="not-packed",
    severity=Severity.NOTE,
    summary="The history of git, and credentials that no build reads, are left out of what is "
    "packed.",
    excerpt=False,
)
COPIED = Rule(
    code="credentials-copied",
    severity=Severity.ERROR,
    summary="No Dockerfile names a file that is left out of what is packed.",
    source="https://docs.docker.com/reference/dockerfile/#copy",
)
DETECTED = Rule(
    code="credentials-detected",
    severity=Severity.WARNING,
    summary="Nothing in the files that are packed looks like a credential to detect-secrets, which "
    "check --detect-secrets asks.",
    excerpt=False,
)
NOT_DETECTED = Rule(
    code="file-not-searched",
    severity=Severity.NOTE,
    summary="What check --detect-secrets reads is no larger than 1 MiB.",
    excerpt=False,
)
