"""Reading a Dockerfile in one call."""

from collections.abc import Callable, Mapping
from textwrap import dedent
from typing import NamedTuple

import pytest

from serverless_containers.compose.dockerfile import Dockerfile, read_dockerfile
from serverless_containers.findings import Findings


class Reading(NamedTuple):
    dockerfile: Dockerfile | None
    findings: Findings

    @property
    def image(self) -> Dockerfile:
        """What was read, where nothing was found."""
        assert self.messages == []
        assert self.dockerfile is not None
        return self.dockerfile

    @property
    def messages(self) -> list[str]:
        return [f"{found.rule.severity}: {found}" for found in self.findings]

    @property
    def codes(self) -> list[str]:
        return [found.rule.code for found in self.findings]

    @property
    def ports(self) -> list[str]:
        return _ports(self.dockerfile)


def _ports(dockerfile: Dockerfile | None) -> list[str]:
    """Each exposed range as ``first-last/protocol``."""
    assert dockerfile is not None
    return [f"{port.first}-{port.last}/{port.protocol}" for port in dockerfile.exposed]


Read = Callable[..., Reading]


@pytest.fixture
def read() -> Read:
    def _read(
        text: str, *, args: Mapping[str, str | None] | None = None, target: str | None = None
    ) -> Reading:
        findings = Findings()
        dockerfile = read_dockerfile(
            dedent(text), file="Dockerfile", args=args or {}, target=target, findings=findings
        )
        return Reading(dockerfile, findings)

    return _read
