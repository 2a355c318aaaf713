"""What synthesis costs, against apps that go through the same gates: an empty one, and one that
only includes the finished templates.
"""

import json
import re
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
FLOOR_APP = """
import json
from pathlib import Path
from aws_cdk import Acknowledgment, App, Stack, Validations
from aws_cdk.cloudformation_include import CfnInclude
from cdk_nag import AwsSolutionsChecks

app = App()
accepted = [Acknowledgment(id=each, reason="The templates are finished.")
            for each in json.loads(Path("accepted.json").read_text())]
for template in sorted(Path("finished").glob("*.json")):
    stack = Stack(app, template.name.partition(".")[0])
    CfnInclude(stack, "Finished", template_file=str(template))
    if accepted:
        Validations.of(stack).acknowledge(*accepted)
Validations.of(app).add_plugins(AwsSolutionsChecks(app))
app.synth()
"""
ADDED = {"Resources": "CDKMetadata", "Conditions": "CDKMetadataAvailable"}
"""What each stack adds to its template, and an included one would have twice."""


def make_floor(folder: Path, assembly: Path) -> None:
    """Make an app of the templates that dev's synthesis wrote, which every gate lets pass."""
    (folder / "finished").mkdir(parents=True)
    (folder / "app.py").write_text(FLOOR_APP)
    (folder / "cdk.json").write_text((ROOT / "cdk.json").read_text())
    for path in (assembly / "assembly-dev").glob("*.template.json"):
        template = json.loads(path.read_text())
        for section, name in ADDED.items():
            template.get(section, {}).pop(name, None)
        template.pop("Rules", None)
        template.get("Parameters", {}).pop("BootstrapVersion", None)
        (folder / "finished" / path.name).write_text(json.dumps(template))
    (folder / "accepted.json").write_text("[]")
    # What the constructs acknowledge where they make it has to be acknowledged here as a whole.
    told = subprocess.run(
        synth(folder / "out"), cwd=folder, capture_output=True, check=False, text=True
    )
    accepted = sorted(set(re.findall(r"Acknowledge with '(.+)'", told.stdout + told.stderr)))
    (folder / "accepted.json").write_text(json.dumps(accepted))


def timed(command: list[str], folder: Path) -> float:
    """The processor seconds of a command and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def synth(out: Path, *context: str) -> list[str]:
    return ["cdk", "synth", "--quiet", "--output", str(out), *context]


def times(scratch: Path) -> dict[str, float]:
    """The median seconds of an empty app, of finished templates, of dev and of all, in turns."""
    empty = scratch / "empty"
    empty.mkdir()
    (empty / "app.py").write_text(EMPTY_APP)
    (empty / "cdk.json").write_text((ROOT / "cdk.json").read_text())
    out = scratch / "out-dev"
    timed(synth(out, "-c", "environment=dev"), ROOT)
    make_floor(floor := scratch / "floor", out)
    commands = {
        "empty": (synth(scratch / "out-empty"), empty),
        "floor": (synth(scratch / "out-floor"), floor),
        "dev": (synth(out, "-c", "environment=dev"), ROOT),
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
        "dev over its finished templates (target: at most 1.2)": round(
            median["dev"] / median["floor"], 2
        ),
        "dev over empty": round(median["dev"] / median["empty"], 2),
        "each further environment over dev (target: at most 0.3)": round(
            (median["all"] - median["dev"]) / 2 / median["dev"], 2
        ),
        "jsii calls for one ContainerApi": jsii_calls(),
        "peak memory of the largest process, MiB": round(
            resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        ),
    }
