"""What an external secret lacks, and when a store is asked for it."""

from datetime import UTC, datetime

import pytest

from serverless_containers.plan.secrets.model import SecretPlan, SecretStore
from serverless_containers.secret_stores.model import NOT_PUSHED, SecretStatus, StoredSecret
from serverless_containers.secret_stores.store import describe_external, external_problem

ARN = "arn:{}:secretsmanager:{}:{}:secret:rds/main-AbCdEf"
DAY = datetime(2026, 11, 20, 17, 4, tzinfo=UTC)


class Store:
    def __init__(self):
        self.asked = []

    def ask(self, name, *, value):
        self.asked.append((name, value))
        return NOT_PUSHED


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("rds/main", SecretStatus.MISSING),
        ("us-east-1", SecretStatus.MISSING),
        (ARN.format("aws", "eu-central-1", "1"), SecretStatus.MISSING),
        (ARN.format("aws", "eu-central-1", "2"), SecretStatus.MISSING),
        (ARN.format("aws", "us-east-1", "1"), SecretStatus.ELSEWHERE),
        (ARN.format("aws-cn", "cn-north-1", "1"), SecretStatus.ELSEWHERE),
        (ARN.format("aws", "eu-central-10", "1"), SecretStatus.ELSEWHERE),
    ],
)
def test_a_store_is_asked_for_what_is_in_its_region(name, status):
    store = Store()
    plan = SecretPlan(key="db", name=name, external=True)

    found = describe_external(plan, {SecretStore.SECRETS_MANAGER: store}, region="eu-central-1")

    assert found.status is status
    assert store.asked == ([(name, False)] if status is SecretStatus.MISSING else [])


@pytest.mark.parametrize(
    ("stored", "lack"),
    [
        (StoredSecret(status=SecretStatus.THERE), ""),
        (StoredSecret(status=SecretStatus.ELSEWHERE), ""),
        (StoredSecret(status=SecretStatus.MISSING), "does not exist"),
        (StoredSecret(status=SecretStatus.SCHEDULED), "is scheduled for deletion"),
        (
            StoredSecret(status=SecretStatus.SCHEDULED, deletion=DAY),
            "is scheduled for deletion on 2026-11-20 17:04 UTC",
        ),
    ],
)
def test_what_a_deployment_lacks(stored, lack):
    assert external_problem(stored) == lack
