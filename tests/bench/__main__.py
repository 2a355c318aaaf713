"""`make bench`: what reading and synthesis cost, as ratios within one run.

Seconds on a shared machine mean little. Each ratio compares processor time, of a command and all
that it starts, in runs that took turns, by their medians.
"""

import json
import os

from tests.bench import reader, synthesis


def main() -> None:
    figures = {**reader.figures(), **synthesis.figures(), "cores": os.cpu_count()}
    width = max(map(len, figures))
    for name, value in figures.items():
        print(f"{name:<{width}}  {value}")
    print(json.dumps(figures))


main()
