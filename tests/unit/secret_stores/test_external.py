"""What an external secret lacks, and when a store is asked for it."""

from datetime import UTC, datetime

import pytest

from serverless_containers.plan.secrets.model import SecretPlan, SecretStore
from serverless_containers.secret_stores.external import ask_external, lack_of
from serverless_containers.secret_stores.state import NOT_PUSHED, Standing, Stored

ARN = "arn:{}:secretsmanager:{}:{}:secret:rds/main-AbCdEf"
DAY = datetime(2026, 11, 20, 17, 4, tzinfo=UTC)


class Store:
    def __init__(self):
        self.asked = []

    def ask(self, name, *, value):
        self.asked.append((name, value))
        return NOT_PUSHED


@pytest.mark.parametrize(
    ("name", "standing"),
    [
        ("rds/main", Standing.MISSING),
        ("us-east-1", Standing.MISSING),
        (ARN.format("aws", "eu-central-1", "1"), Standing.MISSING),
        (ARN.format("aws", "eu-central-1", "2"), Standing.MISSING),
        (ARN.format("aws", "us-east-1", "1"), Standing.ELSEWHERE),
        (ARN.format("aws-cn", "cn-north-1", "1"), Standing.ELSEWHERE),
        (ARN.format("aws", "eu-central-10", "1"), Standing.ELSEWHERE),
    ],
)
def test_a_store_is_asked_for_what_is_in_its_region(name, standing):
    store = Store()
    plan = SecretPlan(key="db", name=name, external=True)

    found = ask_external(plan, {SecretStore.SECRETS_MANAGER: store}, region="eu-central-1")

    assert found.standing is standing
    assert store.asked == ([(name, False)] if standing is Standing.MISSING else [])


@pytest.mark.parametrize(
    ("stored", "lack"),
    [
        (Stored(standing=Standing.THERE), ""),
        (Stored(standing=Standing.ELSEWHERE), ""),
        (Stored(standing=Standing.MISSING), "does not exist"),
        (Stored(standing=Standing.SCHEDULED), "is scheduled for deletion"),
        (
            Stored(standing=Standing.SCHEDULED, deletion=DAY),
            "is scheduled for deletion on 2026-11-20 17:04 UTC",
        ),
    ],
)
def test_what_a_deployment_lacks(stored, lack):
    assert lack_of(stored) == lack
