"""`python -m tests.fuzz`: mutated files, read, planned, and their builds parsed by a shell.

Whatever they are, there is a plan or there are findings: no exception, no input that takes minutes
or gigabytes, and no script that a shell cannot parse. What fails is kept in a folder, to be tried
again with `--try FOLDER`.
"""

import argparse
import os
import sys
from pathlib import Path

from tests.fuzz.trial import check, run


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--kept", type=Path, default=Path(".hypothesis/fuzz"))
    parser.add_argument("--try", dest="again", type=Path, help="Try one folder that was kept.")
    given = parser.parse_args()
    if given.again:
        print(check(given.again, set()))
        return
    came = run(count=given.count, seed=given.seed, workers=given.workers, kept=given.kept)
    for what, number in came.most_common():
        print(f"{number:>8}  {what}")
    failed = sum(number for what, number in came.items() if what.startswith("FAILED"))
    print(f"{sum(came.values())} inputs, {failed} failed" + (f": {given.kept}" if failed else ""))
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
