"""How far a push got is known at any time."""

import pytest

from serverless_containers.aws_api.errors import AwsError
from serverless_containers.plan.secrets.files import SecretText
from serverless_containers.plan.secrets.model import SecretPlan, SecretStore
from serverless_containers.secret_stores.model import (
    NOT_PUSHED,
    SOURCE_TAG,
    DesiredSecret,
    PushStep,
    SecretStatus,
    StoredSecret,
)
from serverless_containers.secret_stores.push import Push, compare

SCHEDULED = StoredSecret(status=SecretStatus.SCHEDULED)


class Store:
    """A store that says what it is told to, and fails at what it is told to."""

    def __init__(self, *states, fails=()):
        self.states = list(states)
        self.fails = fails
        self.steps = []

    def ask(self, name, *, value):  # noqa: ARG002  # the store's signature
        assert value
        state = self.states.pop(0)
        if isinstance(state, Exception):
            raise state
        return state

    def do(self, step, change):
        if change.desired.plan.key in self.fails:
            raise AwsError("no")
        self.steps.append((change.desired.plan.key, step))


def a_push(store, *keys, **more):
    desired = [
        DesiredSecret(plan=SecretPlan(key=key, name=key), value=SecretText("value"), **more)
        for key in keys
    ]
    stores = {SecretStore.SECRETS_MANAGER: store}
    changes, failures = compare(desired, stores)
    return Push(changes, stores), failures


def keys_of(changes):
    return [change.desired.plan.key for change in changes]


def test_all_stores_are_asked_although_one_does_not_tell():
    push, failures = a_push(Store(NOT_PUSHED, AwsError("no"), NOT_PUSHED), "a", "b", "c")

    assert keys_of(push.untried) == ["a", "c"]
    assert {key: str(failure) for key, failure in failures.items()} == {"b": "no"}


def test_a_failure_ends_it_there():
    push, _ = a_push(Store(*[NOT_PUSHED] * 3, fails="b"), "a", "b", "c")
    told = []

    with pytest.raises(AwsError):
        push.run(told.append)

    assert keys_of(done.change for done in push.done) == ["a"]
    assert push.done == told
    assert keys_of([push.current.change]) == ["b"]
    assert push.current.steps == ()
    assert keys_of(push.untried) == ["c"]


def test_what_is_done_stays_done_although_nobody_can_be_told():
    push, _ = a_push(Store(NOT_PUSHED, NOT_PUSHED), "a", "b")

    def broken(_):
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        push.run(broken)

    assert keys_of(done.change for done in push.done) == ["a"]
    assert push.current is None
    assert keys_of(push.untried) == ["b"]


@pytest.mark.parametrize(
    ("after", "steps", "wrote"),
    [
        (StoredSecret(status=SecretStatus.THERE, value=SecretText("value")), "restored", False),
        (
            StoredSecret(status=SecretStatus.THERE, value=SecretText("old")),
            "restored, updated",
            True,
        ),
    ],
)
def test_after_a_restoration_the_rest_is_decided_anew(after, steps, wrote):
    push, _ = a_push(Store(SCHEDULED, after), "a")

    push.run(lambda _: None)

    assert str(push.done[0]) == steps
    assert push.wrote is wrote


def test_a_restoration_without_effect_is_not_tried_for_ever():
    store = Store(SCHEDULED, SCHEDULED)
    push, _ = a_push(store, "a")

    with pytest.raises(AwsError, match="AWS still says that it is going to be deleted"):
        push.run(lambda _: None)

    assert store.steps == [("a", PushStep.RESTORE)]
    assert push.current.steps == (PushStep.RESTORE,)


OURS, THEIRS, OTHERS = ({SOURCE_TAG: f"example.com/{name}"} for name in ("a", "b", "c"))
MINE = {"source": OURS[SOURCE_TAG], "tags": OURS}


def there(value="old", tags=OURS, **more):
    text = None if value is None else SecretText(value)
    return StoredSecret(status=SecretStatus.THERE, value=text, tags=tags, **more)


@pytest.mark.parametrize(
    ("before", "now", "message"),
    [
        (there(), there(tags=THEIRS), "example.com/b has pushed it since"),
        (there(tags={}), there(tags=THEIRS), "example.com/b has pushed it since"),
        (there(tags=THEIRS), there(tags=OTHERS), "example.com/c has pushed it since"),
        (there("value", {}), there("value", THEIRS), "example.com/b has pushed it since"),
        (there(), there("newer"), "it has changed since"),
        (there("value", {}), there("newer", {}), "it has changed since"),
        (there(None, changed=1), there(None, changed=2), "it has changed since"),
        (there(), NOT_PUSHED, "it has changed since"),
        (there(), SCHEDULED, "it has changed since"),
        (there(), there(refusal="it is managed by rds"), "it is managed by rds"),
    ],
)
def test_what_changes_while_somebody_is_asked_is_not_overwritten(before, now, message):
    store = Store(before, now)
    push, _ = a_push(store, "a", **MINE)

    with pytest.raises(AwsError, match=message):
        push.run(lambda _: None)

    assert store.steps == []
    assert push.current.steps == ()


@pytest.mark.parametrize(
    ("before", "now", "done"),
    [
        (there(), there(), "updated"),
        (there(tags=THEIRS), there(tags=THEIRS), "updated, tagged"),
        (there(tags=THEIRS), there(), "updated"),
        (there(None, changed=1), there(None, changed=1), "updated"),
        # Somebody else who works on the same project has pushed the same.
        (there(), there("value"), "unchanged"),
    ],
)
def test_what_was_agreed_to_is_done(before, now, done):
    push, _ = a_push(Store(before, now), "a", **MINE)
    push.run(lambda _: None)
    assert str(push.done[0]) == done


@pytest.mark.parametrize("value", ["old", "value"])
def test_what_others_have_restored_and_pushed_meanwhile_is_not_overwritten(value):
    store = Store(SCHEDULED, there(value, THEIRS))
    push, _ = a_push(store, "a", **MINE)

    with pytest.raises(AwsError, match=r"example\.com/b has pushed it since"):
        push.run(lambda _: None)

    assert store.steps == [("a", PushStep.RESTORE)]
