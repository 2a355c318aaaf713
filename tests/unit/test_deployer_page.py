"""The page for deployers allows what the commands call, and nothing that does not exist."""

import json
import re
from pathlib import Path

from tests.templates.iam import overlap, taken

ROOT = Path(__file__).parent.parent.parent
LIBRARY = ROOT / "constructs" / "serverless_containers"
ROOMS = ("secret_stores", "aws_api")
WITHOUT_PERMISSION = {"GetCallerIdentity"}


def statements():
    (policy,) = re.findall(r"```json\n(.*?)```", (ROOT / "docs/deployer.md").read_text(), re.DOTALL)
    return json.loads(policy)["Statement"]


def listed(value):
    return value if isinstance(value, list) else [value]


def test_every_action_exists_and_meets_its_resource():
    for statement in statements():
        for action in listed(statement["Action"]):
            assert taken(action) is not None, action
            for resource in listed(statement["Resource"]):
                assert any(overlap(resource, kind) for kind in taken(action)), action


def test_every_call_of_the_commands_is_allowed():
    allowed = {
        action.partition(":")[2] for each in statements() for action in listed(each["Action"])
    }
    called = {
        "".join(part.title() for part in name.split("_"))
        for room in ROOMS
        for file in (LIBRARY / room).glob("*.py")
        for name in re.findall(r"call\(\s*[\w.]+,\s*\"(\w+)\"", file.read_text())
    }
    assert len(called) > 10
    assert called - WITHOUT_PERMISSION <= allowed
