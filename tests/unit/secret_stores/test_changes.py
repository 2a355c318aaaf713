"""What is decided about one secret, from what is wanted and what is there."""

from datetime import UTC, datetime

import pytest

from serverless_containers.plan.secrets.files import SecretText
from serverless_containers.plan.secrets.model import SecretPlan, SecretStore
from serverless_containers.secret_stores.changes import decide
from serverless_containers.secret_stores.model import (
    NOT_PUSHED,
    DesiredSecret,
    PushStep,
    SecretStatus,
    StoredSecret,
)

MANAGER, PARAMETER = SecretStore.SECRETS_MANAGER, SecretStore.PARAMETER_STORE
THERE = SecretStatus.THERE
SAME, OTHER = SecretText("same"), SecretText("other")
DAY = datetime(2026, 11, 20, 17, 4, tzinfo=UTC)
KEY = "1234abcd-12ab-34cd-56ef-1234567890ab"
ARN = f"arn:aws:kms:eu-central-1:123456789012:key/{KEY}"


def decided(stored, *, store=MANAGER, key=None, tags=None):
    plan = SecretPlan(key="db", name="shop/dev/db", store=store)
    return decide(DesiredSecret(plan=plan, value=SAME, kms_key=key, tags=tags or {}), stored)


@pytest.mark.parametrize(
    ("stored", "steps", "reasons"),
    [
        (NOT_PUSHED, [PushStep.CREATE], ["not pushed yet"]),
        (StoredSecret(status=THERE, value=SAME), [], []),
        (StoredSecret(status=THERE, value=OTHER), [PushStep.WRITE], ["its value differs"]),
        (
            StoredSecret(status=THERE, hidden="you lack x"),
            [PushStep.WRITE],
            ["cannot be compared (you lack x): will be written"],
        ),
        (
            StoredSecret(status=SecretStatus.SCHEDULED, deletion=DAY),
            [PushStep.RESTORE],
            ["scheduled for deletion on 2026-11-20 17:04 UTC; updated if its value then differs"],
        ),
        (
            StoredSecret(status=SecretStatus.SCHEDULED),
            [PushStep.RESTORE],
            ["scheduled for deletion; updated if its value then differs"],
        ),
        (StoredSecret(status=THERE, value=OTHER, refusal="it is managed by rds"), [], []),
        (StoredSecret(status=SecretStatus.SCHEDULED, refusal="it is managed by rds"), [], []),
    ],
)
def test_the_steps_follow_from_what_is_there(stored, steps, reasons):
    change = decided(stored)

    assert list(change.steps) == steps
    assert list(change.reasons) == reasons
    assert change.refusal == stored.refusal


@pytest.mark.parametrize(
    ("store", "now", "desired", "rekeyed"),
    [
        (MANAGER, None, None, False),
        (MANAGER, KEY, None, False),
        (MANAGER, None, KEY, True),
        (MANAGER, "alias/shop", KEY, True),
        (MANAGER, KEY, KEY, False),
        (MANAGER, ARN, KEY, False),
        (MANAGER, KEY, ARN, False),
        (MANAGER, "arn:aws:kms:eu-central-1:123456789012:alias/shop", "alias/shop", False),
        (MANAGER, None, "alias/aws/secretsmanager", False),
        (MANAGER, None, "alias/aws/ssm", True),
        (PARAMETER, None, "alias/aws/ssm", False),
        (PARAMETER, "alias/aws/ssm", "alias/aws/ssm", False),
        (PARAMETER, "alias/aws/ssm", KEY, True),
    ],
)
def test_another_key_is_a_change(store, now, desired, rekeyed):
    change = decided(StoredSecret(status=THERE, value=SAME, kms_key=now), store=store, key=desired)

    assert change.rekeyed is rekeyed
    assert list(change.steps) == ([PushStep.WRITE] if rekeyed else [])
    if rekeyed:
        assert change.reasons == (f"encrypted with {desired} instead of {now or 'the default'}",)


@pytest.mark.parametrize(
    ("now", "desired", "key"), [(None, None, None), ("old", None, "old"), ("old", "new", "new")]
)
def test_a_secret_is_written_with_the_key_that_it_has_unless_another_is_wanted(now, desired, key):
    stored = StoredSecret(status=THERE, value=OTHER, kms_key=now)

    assert decided(stored, store=PARAMETER, key=desired).kms_key == key


def test_a_new_secret_gets_the_key_and_the_tags():
    change = decided(NOT_PUSHED, key="alias/shop", tags={"a": "1"})

    assert (change.kms_key, change.tags) == ("alias/shop", {"a": "1"})


@pytest.mark.parametrize(
    ("now", "desired", "set_"),
    [
        ({}, {}, {}),
        ({"other": "x"}, {}, {}),
        ({"a": "1"}, {"a": "1"}, {}),
        ({"a": "1"}, {"a": "2"}, {"a": "2"}),
        ({"a": "1"}, {"a": "1", "c": "", "b": "2"}, {"b": "2", "c": ""}),
    ],
)
def test_missing_and_different_tags_are_set(now, desired, set_):
    change = decided(StoredSecret(status=THERE, value=SAME, tags=now), tags=desired)

    assert change.tags == set_
    assert list(change.steps) == ([PushStep.TAG] if set_ else [])
    assert list(change.reasons) == ([f"tags {', '.join(sorted(set_))}"] if set_ else [])


@pytest.mark.parametrize(("value", "warns"), [(SAME, False), (OTHER, True), (None, True)])
def test_overwriting_what_rotates_is_warned_of(value, warns):
    change = decided(StoredSecret(status=THERE, value=value, rotated=True))

    assert bool(change.warning) is warns


def test_no_representation_shows_a_value():
    assert "same" not in repr(decided(StoredSecret(status=THERE, value=SAME)))
    assert "other" not in repr(decided(StoredSecret(status=THERE, value=OTHER)))
