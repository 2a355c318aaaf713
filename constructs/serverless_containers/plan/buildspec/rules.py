"""The rules about builds that CodeBuild does."""

from serverless_containers.findings import Rule, Severity

BUILD_OUTSIDE_SOURCE = Rule(
    code="build-outside-source",
    severity=Severity.ERROR,
    summary="What a build in the pipeline reads is inside the source folder.",
)
BUILD_NOT_IN_PIPELINE = Rule(
    code="build-not-in-pipeline",
    severity=Severity.ERROR,
    summary="A build in the pipeline asks for nothing that is only on this machine.",
)
