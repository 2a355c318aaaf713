"""The push on the screen, and what is said when it ends early."""

import sys
from collections.abc import Sequence

from serverless_containers.cli.secrets.project import complain, say
from serverless_containers.secret_stores.errors import AwsError
from serverless_containers.secret_stores.model import SecretChange
from serverless_containers.secret_stores.push import Push, PushedSecret
from serverless_containers.secret_stores.store import Stores


def write(changes: Sequence[SecretChange], stores: Stores) -> bool:
    """Do what was decided. Exits if something is not done, and says how far it got.

    Returns:
        Whether a value was written.
    """
    run = Push(changes, stores)
    try:
        run.run(_tell)
    except AwsError as failure:
        _report(run, str(failure), sure=failure.sure)
        sys.exit(1)
    except KeyboardInterrupt:
        _report(run, "interrupted", sure=False)
        sys.exit(130)
    except BaseException:
        _report(run, "this program failed", sure=False)
        raise
    return run.wrote


def _tell(done: PushedSecret) -> None:
    say(f"{done.change.desired.plan.name}: {done}")


def _report(run: Push, reason: str, *, sure: bool) -> None:
    if run.current is not None:
        name = run.current.change.desired.plan.name
        before = f"{run.current}, then " if run.current.steps else ""
        complain(f"{name}: {before}failed: {reason}")
        if not sure:
            complain(f"{name}: whether AWS has done it all the same is not known")
    else:
        complain(reason)
    done = [each.change.desired.plan.name for each in run.done if each.steps]
    untried = [change.desired.plan.name for change in run.untried if change.steps]
    complain(f"Done: {', '.join(done) or 'nothing'}.")
    complain(f"Not tried: {', '.join(untried) or 'nothing'}.")
    complain("Run the same command again: it goes on where this one stopped.")
