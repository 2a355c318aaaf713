"""The push: one secret after the other, so that it can always be said how far it got."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from serverless_containers.plan.secrets.model import SecretStore
from serverless_containers.secret_stores.changes import Change, Wanted, decide
from serverless_containers.secret_stores.failures import AwsFailure
from serverless_containers.secret_stores.state import Step, Stored

WRITING = frozenset({Step.CREATE, Step.WRITE})
"""The steps after which a running task has an old value."""

_OVERWRITING = frozenset({Step.WRITE, Step.TAG})
_TAKEN = frozenset({"ResourceExistsException", "ParameterAlreadyExists"})
_DONE: Mapping[Step, str] = {
    Step.RESTORE: "restored",
    Step.CREATE: "created",
    Step.WRITE: "updated",
    Step.TAG: "tagged",
}


class Store(Protocol):
    """One of the services that keep secrets."""

    def ask(self, name: str, *, value: bool) -> Stored:
        """What is there.

        Args:
            name: The secret's name, or its ARN.
            value: Whether to ask for its value and all else that a push compares.

        Raises:
            AwsFailure: If the store does not tell.
        """

    def do(self, step: Step, change: Change) -> None:
        """Take one step of a change.

        Raises:
            AwsFailure: If the store does not do it.
        """


Stores = Mapping[SecretStore, Store]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was done to one secret.

    Attributes:
        change: What was to be done.
        steps: The steps that were taken.
    """

    change: Change
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        return ", ".join(_DONE[step] for step in self.steps) or "unchanged"


def compare(
    wanted: Sequence[Wanted], stores: Stores
) -> tuple[Sequence[Change], Mapping[str, AwsFailure]]:
    """Ask the stores, and decide what is to be done.

    Args:
        wanted: The secrets as they shall be.
        stores: The stores.

    Returns:
        The changes, and what the stores did not tell, by the keys of the secrets.
    """
    changes = []
    failures = {}
    for each in wanted:
        try:
            stored = stores[each.plan.store].ask(each.plan.name, value=True)
        except AwsFailure as failure:
            failures[each.plan.key] = failure
        else:
            changes.append(decide(each, stored))
    return changes, failures


class Push:
    """Does what was decided, and knows at any time how far it got.

    Args:
        changes: What was decided.
        stores: The stores.

    Attributes:
        done: What was done to the secrets that are finished.
        untried: What was not begun.
    """

    def __init__(self, changes: Sequence[Change], stores: Stores) -> None:
        self.done: list[Done] = []
        self._current: Change | None = None
        self.untried: list[Change] = list(changes)
        self._steps: list[Step] = []
        self._stores = stores

    @property
    def current(self) -> Done | None:
        """What was being done when a run ended early, with the steps that were taken."""
        if self._current is None:
            return None
        return Done(change=self._current, steps=tuple(self._steps))

    @property
    def wrote(self) -> bool:
        """Whether a value was written."""
        return any(step in WRITING for done in self.done for step in done.steps)

    def run(self, tell: Callable[[Done], None]) -> None:
        """Do it.

        Args:
            tell: Is told of each secret as it is done.

        Raises:
            AwsFailure: At the first thing that a store does not do, and at a secret that somebody
                has changed since it was compared. The rest is not tried.
        """
        while self.untried:
            self._current = self.untried.pop(0)
            self._steps = []
            self._apply(self._current)
            done = Done(change=self._current, steps=tuple(self._steps))
            self.done.append(done)
            self._current = None
            tell(done)

    def _apply(self, change: Change) -> None:
        store = self._stores[change.wanted.plan.store]
        if change.steps and change.steps[0] in _OVERWRITING:
            # Somebody may have thought for long about the question whether to go on. Neither store
            # writes on a condition: what changes from here to the write is overwritten.
            change = self._asked_again(change, store)
        self._take(change, store)

    def _take(self, change: Change, store: Store) -> None:
        for step in change.steps:
            if step is Step.CREATE:
                self._create(change, store)
            else:
                store.do(step, change)
            self._steps.append(step)
            if step is Step.RESTORE:
                self._take(self._restored(change, store), store)

    def _create(self, change: Change, store: Store) -> None:
        try:
            store.do(Step.CREATE, change)
        except AwsFailure as failure:
            # It may be our own: made by an attempt whose answer was lost.
            if failure.code not in _TAKEN or not self._is_there(change, store):
                raise

    def _is_there(self, change: Change, store: Store) -> bool:
        wanted = change.wanted
        there = decide(wanted, store.ask(wanted.plan.name, value=True))
        return not there.steps and not there.refusal

    def _restored(self, change: Change, store: Store) -> Change:
        again = self._decided_again(change, store)
        if Step.RESTORE in again.steps:
            raise AwsFailure("it was restored, but AWS still says that it is going to be deleted")
        return again

    def _asked_again(self, change: Change, store: Store) -> Change:
        again = self._decided_again(change, store)
        if again.steps and _differs(change.stored, again.stored):
            raise AwsFailure("it has changed since it was compared, and is left as it is")
        return again

    def _decided_again(self, change: Change, store: Store) -> Change:
        wanted = change.wanted
        again = decide(wanted, store.ask(wanted.plan.name, value=True))
        if again.refusal:
            raise AwsFailure(again.refusal)
        if again.other_source and again.other_source != change.other_source:
            raise AwsFailure(
                f"{again.other_source} has pushed it since it was compared, and it is left as it is"
            )
        return again


def _differs(before: Stored, now: Stored) -> bool:
    if before.standing is not now.standing:
        return True
    if before.value is None or now.value is None:
        return before.changed != now.changed
    return before.value.reveal() != now.value.reveal()
