"""The keys of ``build``, for whoever builds the image.

What Docker on the machine that deploys cannot be told through an image asset of the CDK is refused
there, where it is known who builds (``images.py``).
"""

from serverless_containers.plan.support.key import Key, local_only, mapped, rejected

_NO_EFFECT = local_only("it changes how a build is done, not what it makes")
_NO_PRIVILEGES = rejected("a build gets no privileges", "do without them, or name an image")

BUILD_KEYS: dict[str, Key] = {
    "context": mapped("the build's context"),
    "dockerfile": mapped("the build's Dockerfile"),
    "dockerfile_inline": mapped("the build's Dockerfile"),
    "args": mapped("the build's arguments"),
    "target": mapped("the build's target"),
    "network": mapped("the build's network"),
    "labels": mapped("the image's labels"),
    "additional_contexts": mapped("the build's other contexts"),
    "secrets": mapped("the build's secrets"),
    "ssh": mapped("the build's SSH agents"),
    "extra_hosts": mapped("the build's hosts"),
    "shm_size": mapped("the build's shared memory"),
    "ulimits": mapped("the build's limits"),
    "cache_from": mapped("the build's caches"),
    "cache_to": mapped("the build's caches"),
    "no_cache": mapped("the build's caches"),
    "no_cache_filter": _NO_EFFECT,
    "pull": _NO_EFFECT,
    "provenance": _NO_EFFECT,
    "sbom": _NO_EFFECT,
    "platforms": local_only("the image is built for the architecture of the task"),
    "tags": local_only("the image is tagged by its content"),
    "entitlements": _NO_PRIVILEGES,
    "privileged": _NO_PRIVILEGES,
    "isolation": rejected("tasks run Linux containers"),
}
