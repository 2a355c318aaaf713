"""Tells what the installed MiniStack has changed of the names that the embedded AWS depends on."""

import sys

from serverless_containers.local import patches
from serverless_containers.local.ministack.declared import PINNED, installed_version

if __name__ == "__main__":
    sys.stdout.write(f"MiniStack {installed_version()}; the patches are for {PINNED}\n")
    found = patches.differences()
    sys.stdout.writelines(f"{each}\n" for each in found or ["nothing that is used has changed"])
    sys.exit(1 if found else 0)
