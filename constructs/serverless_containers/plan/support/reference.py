"""The support matrix, as text for the documentation."""

from collections.abc import Mapping

from serverless_containers.plan.support.builds import BUILD_KEYS
from serverless_containers.plan.support.deploys import DEPLOY_KEYS, HEALTHCHECK_KEYS
from serverless_containers.plan.support.key import Key, Support
from serverless_containers.plan.support.services import SERVICE_KEYS
from serverless_containers.plan.support.top_level import (
    CONFIG_KEYS,
    SECRET_KEYS,
    TOP_LEVEL_KEYS,
    VOLUME_KEYS,
)

_INTRODUCTION = """\
# Compose on Fargate

What becomes of every key of the Compose schema. Each is **mapped** (it means the same),
**approximated** (it is deployed as something similar, with a warning), **local-only** (it means
nothing in the cloud, a note says so) or **rejected** (an error names the way out). `container` is
a container definition of the task.

`make docs` writes this page from the tables by which the files are read.
"""

_TABLES: dict[str, Mapping[str, Key]] = {
    "Top level": TOP_LEVEL_KEYS,
    "services.*": SERVICE_KEYS,
    "services.*.build": BUILD_KEYS,
    "services.*.deploy": DEPLOY_KEYS,
    "services.*.healthcheck": HEALTHCHECK_KEYS,
    "volumes.*": VOLUME_KEYS,
    "secrets.*": SECRET_KEYS,
    "configs.*": CONFIG_KEYS,
}


def render_matrix() -> str:
    """Write the support matrix in Markdown."""
    return _INTRODUCTION + "".join(
        f"\n## {title}\n\n| key | class | on Fargate |\n| --- | --- | --- |\n"
        + "".join(_row(name, key) for name, key in sorted(table.items()))
        for title, table in _TABLES.items()
    )


def _row(name: str, key: Key) -> str:
    becomes = f"`{key.becomes}`" if "." in key.becomes and " " not in key.becomes else key.becomes
    said = "; ".join(text for text in (becomes, key.why, key.fix) if text)
    support = key.support if key.support is Support.MAPPED else f"**{key.support}**"
    return f"| `{name}` | {support} | {said} |\n"
