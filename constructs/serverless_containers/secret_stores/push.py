"""The push: one secret after the other, so that it can always be said how far it got."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from serverless_containers.aws_api.errors import AwsError
from serverless_containers.secret_stores.changes import decide
from serverless_containers.secret_stores.model import (
    DesiredSecret,
    PushStep,
    SecretChange,
    StoredSecret,
)
from serverless_containers.secret_stores.store import StoreClient, Stores

WRITING = frozenset({PushStep.CREATE, PushStep.WRITE})
"""The steps after which a running task has an old value."""

_OVERWRITING = frozenset({PushStep.WRITE, PushStep.TAG})
_TAKEN = frozenset({"ResourceExistsException", "ParameterAlreadyExists"})
_DONE: Mapping[PushStep, str] = {
    PushStep.RESTORE: "restored",
    PushStep.CREATE: "created",
    PushStep.WRITE: "updated",
    PushStep.TAG: "tagged",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PushedSecret:
    """One secret with the steps that were taken.

    Attributes:
        change: What was to be done.
        steps: The steps that were taken.
    """

    change: SecretChange
    steps: tuple[PushStep, ...]

    def __str__(self) -> str:
        return ", ".join(_DONE[step] for step in self.steps) or "unchanged"


def compare(
    desired: Sequence[DesiredSecret], stores: Stores
) -> tuple[Sequence[SecretChange], Mapping[str, AwsError]]:
    """Ask the stores, and decide what is to be done.

    Args:
        desired: The secrets as they shall be.
        stores: The stores.

    Returns:
        The changes, and what the stores did not tell, by the keys of the secrets.
    """
    changes = []
    failures = {}
    for each in desired:
        try:
            stored = stores[each.plan.store].ask(each.plan.name, value=True)
        except AwsError as failure:
            failures[each.plan.key] = failure
        else:
            changes.append(decide(each, stored))
    return changes, failures


class Push:
    """Does what was decided, and knows at any time how far it got.

    Args:
        changes: The changes, in their order.
        stores: The stores.

    Attributes:
        done: The secrets that are finished, with what was done to them.
        untried: The changes that were not begun.
    """

    def __init__(self, changes: Sequence[SecretChange], stores: Stores) -> None:
        self.done: list[PushedSecret] = []
        self._current: SecretChange | None = None
        self.untried: list[SecretChange] = list(changes)
        self._steps: list[PushStep] = []
        self._stores = stores

    @property
    def current(self) -> PushedSecret | None:
        """The secret at which a run ended early, with the steps that were taken."""
        if self._current is None:
            return None
        return PushedSecret(change=self._current, steps=tuple(self._steps))

    @property
    def wrote(self) -> bool:
        """True if a value was written."""
        return any(step in WRITING for done in self.done for step in done.steps)

    def run(self, tell: Callable[[PushedSecret], None]) -> None:
        """Do it.

        Args:
            tell: Is told of each secret as it is done.

        Raises:
            AwsError: At the first thing that a store does not do, and at a secret that somebody
                has changed since it was compared. The rest is not tried.
        """
        while self.untried:
            self._current = self.untried.pop(0)
            self._steps = []
            self._apply(self._current)
            done = PushedSecret(change=self._current, steps=tuple(self._steps))
            self.done.append(done)
            self._current = None
            tell(done)

    def _apply(self, change: SecretChange) -> None:
        store = self._stores[change.desired.plan.store]
        if change.steps and change.steps[0] in _OVERWRITING:
            # Somebody may have thought for long about the question whether to go on. Neither store
            # writes on a condition: what changes from here to the write is overwritten.
            change = self._asked_again(change, store)
        self._take(change, store)

    def _take(self, change: SecretChange, store: StoreClient) -> None:
        for step in change.steps:
            if step is PushStep.CREATE:
                self._create(change, store)
            else:
                store.do(step, change)
            self._steps.append(step)
            if step is PushStep.RESTORE:
                self._take(self._restored(change, store), store)

    def _create(self, change: SecretChange, store: StoreClient) -> None:
        try:
            store.do(PushStep.CREATE, change)
        except AwsError as failure:
            # It may be our own: made by an attempt whose answer was lost.
            if failure.code not in _TAKEN or not self._is_there(change, store):
                raise

    def _is_there(self, change: SecretChange, store: StoreClient) -> bool:
        desired = change.desired
        there = decide(desired, store.ask(desired.plan.name, value=True))
        return not there.steps and not there.refusal

    def _restored(self, change: SecretChange, store: StoreClient) -> SecretChange:
        again = self._decided_again(change, store)
        if PushStep.RESTORE in again.steps:
            raise AwsError("it was restored, but AWS still says that it is going to be deleted")
        return again

    def _asked_again(self, change: SecretChange, store: StoreClient) -> SecretChange:
        again = self._decided_again(change, store)
        if again.steps and _differs(change.stored, again.stored):
            raise AwsError("it has changed since it was compared, and is left as it is")
        return again

    def _decided_again(self, change: SecretChange, store: StoreClient) -> SecretChange:
        desired = change.desired
        again = decide(desired, store.ask(desired.plan.name, value=True))
        if again.refusal:
            raise AwsError(again.refusal)
        if again.other_source and again.other_source != change.other_source:
            raise AwsError(
                f"{again.other_source} has pushed it since it was compared, and it is left as it is"
            )
        return again


def _differs(before: StoredSecret, now: StoredSecret) -> bool:
    if before.status is not now.status:
        return True
    if before.value is None or now.value is None:
        return before.changed != now.changed
    return before.value.reveal() != now.value.reveal()
