"""`python -m tests.fuzz`: projects that are nearly right, read, planned and built on paper.

Ends with 1 if one of them ended in a traceback, took too much, or gave a script that no shell
parses; these are kept in a folder, with their tracebacks.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from tests.fuzz.mutations import Mutator
from tests.fuzz.running import Runner, Tally, limit_memory


def main() -> int:
    """Run what the command line asks for, and say what became of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="how many projects (1000)")
    parser.add_argument("--seed", type=int, default=0, help="which ones (0)")
    parser.add_argument("--first", type=int, default=0, help="the number of the first one (0)")
    parser.add_argument("--workers", type=int, default=1, help="processes that share them (1)")
    parser.add_argument(
        "--crashes", type=Path, default=Path(".fuzz"), help="where crashes are kept (.fuzz)"
    )
    given = parser.parse_args()
    tally = _shared(given) if given.workers > 1 else _run(given)
    if given.workers == 0:
        print(json.dumps(asdict(tally)))
        return 0
    print(tally)
    for crash in tally.crashes:
        print(crash)
    return 1 if tally.crashes else 0


def _run(given: argparse.Namespace) -> Tally:
    limit_memory()
    mutator = Mutator(given.seed)
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(Path(folder), given.crashes)
        for number in range(given.first, given.first + given.count):
            runner.run(mutator.project(number), f"{given.seed}-{number}")
            if number % 1000 == 999:
                print(f"{number + 1}: {runner.tally}", file=sys.stderr, flush=True)
    return runner.tally


def _shared(given: argparse.Namespace) -> Tally:
    """Share the projects between processes: one that dies takes none of the others with it."""
    size = -(-given.count // given.workers)
    first, last = given.first, given.first + given.count
    running = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.fuzz", "--workers", "0", "--seed", str(given.seed)),
                *("--first", str(start), "--count", str(min(size, last - start))),
                *("--crashes", str(given.crashes)),
            ],
            stdout=subprocess.PIPE,
        )
        for start in range(first, last, size)
    ]
    tally = Tally()
    for worker in running:
        printed, _ = worker.communicate()
        if worker.returncode == 0:
            tally.add(Tally(**json.loads(printed)))
        else:
            tally.crashes.append(f"a process ended with {worker.returncode}: {worker.args}")
    return tally


if __name__ == "__main__":
    sys.exit(main())
