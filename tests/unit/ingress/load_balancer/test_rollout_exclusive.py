"""A site with a store on a named volume shifts no traffic between two versions of it."""

import pytest

from serverless_containers import InvalidSourceError, Rollout
from tests.unit.workload.service.test_exclusive import DATABASE
from tests.unit.workload.sites import host


@pytest.mark.parametrize("rollout", [Rollout.blue_green(), Rollout.linear(), Rollout.canary()])
def test_a_shift_of_traffic_is_refused(project, rollout):
    name = rollout.strategy.name.lower()
    with pytest.raises(InvalidSourceError, match=f"a {name} rollout would run db twice") as raised:
        host(project, text=DATABASE, rollout=rollout)
    (finding,) = raised.value.findings
    assert str(finding).startswith("docker-compose.yml:4:15: services.db.image: ")
