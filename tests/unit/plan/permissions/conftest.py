"""Reading a file of policies in one call."""

import json
from typing import NamedTuple

import pytest

from serverless_containers.findings import Findings
from serverless_containers.plan.permissions import Statement, read_policies


class Reading(NamedTuple):
    statements: tuple[Statement, ...]
    findings: Findings

    @property
    def statement(self) -> Statement:
        """The only one, of a file without findings."""
        assert self.messages == []
        (statement,) = self.statements
        return statement

    @property
    def messages(self) -> list[str]:
        return [str(found) for found in self.findings]

    @property
    def codes(self) -> list[str]:
        return [found.rule.code for found in self.findings]

    @property
    def without_places(self) -> list[tuple[str, str]]:
        """Each rule's code, and what it says."""
        return [
            (found.rule.code, f"{found.message}; {found.fix}" if found.fix else found.message)
            for found in self.findings
        ]


@pytest.fixture
def read(tmp_path):
    """Read a file of this text or these bytes."""

    def _read(content, *, environment="dev", shown="p.json"):
        file = tmp_path / "custom-policies.json"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        findings = Findings()
        statements = read_policies(file, findings, environment=environment, shown=shown)
        return Reading(statements, findings)

    return _read


@pytest.fixture
def read_statement(read):
    """Read a file of one statement; what is not given is sound."""

    def _read(*, environment="dev", **keys):
        sound = {"Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::media/*"]}
        return read(json.dumps([{**sound, **keys}]), environment=environment)

    return _read
