"""What is looked for in the builds that CodeBuild does."""

from serverless_containers.findings import Rule

BUILD_OUTSIDE_SOURCE = Rule.error(
    "build-outside-source", "What a build in the pipeline reads is inside the source folder."
)
BUILD_NOT_IN_PIPELINE = Rule.error(
    "build-not-in-pipeline",
    "A build in the pipeline asks for nothing that is only on this machine.",
)
BUILD_CACHE_REPLACED = Rule.note(
    "build-cache-replaced", "The pipeline keeps one cache, in the image that is tagged latest."
)
