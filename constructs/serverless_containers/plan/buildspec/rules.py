"""The rules about builds that CodeBuild does."""

from serverless_containers.findings import Rule

BUILD_OUTSIDE_SOURCE = Rule.error(
    "build-outside-source", "What a build in the pipeline reads is inside the source folder."
)
BUILD_NOT_IN_PIPELINE = Rule.error(
    "build-not-in-pipeline",
    "A build in the pipeline asks for nothing that is only on this machine.",
)
