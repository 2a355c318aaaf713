"""What synthesis costs, against an empty app that goes through the same gates."""

import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from serverless_containers.toolchain import use_node

ROOT = Path(__file__).parent.parent.parent
ROUNDS = 5
EMPTY_APP = """
from aws_cdk import App, CfnWaitConditionHandle, Stack

app = App()
# A template without any resource is refused by the validation that both apps go through.
CfnWaitConditionHandle(Stack(app, "Empty"), "Nothing")
app.synth()
"""


def timed(command: list[str], folder: Path) -> float:
    """The processor seconds of a command and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def synth(out: Path, *context: str) -> list[str]:
    return ["cdk", "synth", "--quiet", "--output", str(out), *context]


def times(scratch: Path) -> dict[str, float]:
    """The median seconds of an empty app, of one environment and of all three, in turns."""
    empty = scratch / "empty"
    empty.mkdir()
    (empty / "app.py").write_text(EMPTY_APP)
    (empty / "cdk.json").write_text((ROOT / "cdk.json").read_text())
    commands = {
        "empty": (synth(scratch / "out-empty"), empty),
        "dev": (synth(scratch / "out-dev", "-c", "environment=dev"), ROOT),
        "all": (synth(scratch / "out-all"), ROOT),
    }
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, (command, folder) in commands.items():
            taken[name].append(timed(command, folder))
    return {name: statistics.median(each) for name, each in taken.items()}


def jsii_calls() -> int:
    """How many messages one ContainerApi sends to the CDK's Node process."""
    script = """
from jsii._kernel.providers import process
from aws_cdk import App, Stack
from serverless_containers import BuiltImages, ContainerApi

stack = Stack(App(), "Test")
calls = 0
send = process._NodeProcess.send
def counting(self, *args):
    global calls
    calls += 1
    return send(self, *args)
process._NodeProcess.send = counting
ContainerApi(stack, "Api", source="container_src",
             images=BuiltImages.repositories(prefix="x/", tag="y"))
print(calls)
"""
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return int(result.stdout)


def figures() -> dict[str, float]:
    """What is measured, by what it is called."""
    use_node()
    with tempfile.TemporaryDirectory() as folder:
        median = times(Path(folder))
    return {
        "synth of an empty app, processor seconds": round(median["empty"], 2),
        "synth of dev, processor seconds": round(median["dev"], 2),
        "dev over empty (target: at most 1.3)": round(median["dev"] / median["empty"], 2),
        "each further environment over dev (target: at most 0.3)": round(
            (median["all"] - median["dev"]) / 2 / median["dev"], 2
        ),
        "jsii calls for one ContainerApi": jsii_calls(),
        "peak memory of the largest process, MiB": round(
            resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        ),
    }
