"""The variables by which the process of the embedded AWS is told what it needs, and its signal."""

from typing import Final

FOLDER: Final = "SERVERLESS_CONTAINERS_LOCAL_FOLDER"
"""The variable that names the folder of the emulator's files."""
ENGINE: Final = "SERVERLESS_CONTAINERS_LOCAL_ENGINE"
"""The variable that holds the address of the engine, if there is one."""
PROCESSES: Final = "SERVERLESS_CONTAINERS_LOCAL_PROCESSES"
"""The variable that says that processes of this machine take the place of containers."""
RUN: Final = "SERVERLESS_CONTAINERS_LOCAL_RUN"
"""The variable that holds the id by which everything is found that is made there."""
ENFORCE_IAM: Final = "SERVERLESS_CONTAINERS_LOCAL_ENFORCE_IAM"
"""The variable that says whether policies decide for the one who deploys, too."""
KEEP: Final = b"k"
"""Sent on standard input: go on when it is closed."""
