"""The rules about folders that are packed."""

from serverless_containers.findings import Rule

LEFT_OUT = Rule.warning(
    "credentials-left-out",
    "No private key, state file or file of variables is in a folder that is packed: it is left "
    "out.",
    excerpt=False,
)
PACKED = Rule.warning(
    "credentials-packed", "No file that commonly holds credentials is packed.", excerpt=False
)
NOT_PACKED = Rule.note(
    "not-packed",
    "The history of git, and credentials that no build reads, are left out of what is packed.",
    excerpt=False,
)
CONTEXT_TOO_LARGE = Rule.error(
    "build-context-size",
    "What is packed is a part of this machine, of at most 200,000 files and folders.",
)
COPIED = Rule.error(
    "credentials-copied",
    "No Dockerfile names a file that is left out of what is packed.",
    "https://docs.docker.com/reference/dockerfile/#copy",
)
DETECTED = Rule.warning(
    "credentials-detected",
    "Nothing in the files that are packed looks like a credential to detect-secrets, which check "
    "--detect-secrets asks.",
    excerpt=False,
)
NOT_DETECTED = Rule.note(
    "file-not-searched", "What check --detect-secrets reads is no larger than 1 MiB.", excerpt=False
)
