"""The buildspec's own commands, run by a shell: text from a Compose file stays text."""

import os
import subprocess
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from serverless_containers.plan.buildspec import (
    BuildspecImage,
    BuildspecOptions,
    make_buildspec,
    to_yaml,
)
from tests.unit.plan.buildspec.conftest import SHELLS

END = "END_OF_PIPELINE"
LINES = st.one_of(
    st.sampled_from(
        [END, f"{END}_", f"{END}__", f" {END}", f"{END} ", f"\t{END}", "'", '"', "\\", "EOF", ""]
    ),
    st.sampled_from(["touch pwned", "$(touch pwned)", "`touch pwned`", "'; touch pwned; '"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=8),
)
HOSTILE = st.lists(LINES, min_size=1, max_size=6).map("\n".join)
ESCAPE = f"\n{END}\ntouch pwned\n"
"""What ends the here-document of a script that no guard looks through, and then is a command."""

RECORD = 'printf "%s\\0" "$@" >> "$RECORDED"'


def run_commands(shell, spec, folder):
    """Run what CodeBuild runs to write the script, and then the script's ``docker_build``."""
    for name in ("home", "bin", "source"):
        (folder / name).mkdir(exist_ok=True)
    docker = folder / "bin" / "docker"
    docker.write_text(f"#!/bin/sh\n{RECORD}\n")
    docker.chmod(0o755)
    script = folder / "home" / "pipeline.sh"
    recorded = folder / "recorded"
    for file in (script, recorded):
        file.unlink(missing_ok=True)
    environment = {
        "PATH": f"{folder / 'bin'}:{os.defpath}",
        "PIPELINE_HOME": str(folder / "home"),
        "RECORDED": str(recorded),
        "REPOSITORY_1": "1.dkr.ecr.x.amazonaws.com/shop/web",
    }

    def run(command):
        return subprocess.run(
            [Path("/bin", shell), "-c", command],
            cwd=folder / "source",
            env=environment,
            check=False,
            capture_output=True,
        )

    (write,) = (
        command
        for command in yaml.safe_load(to_yaml(spec))["phases"]["pre_build"]["commands"]
        if command.startswith("cat ")
    )
    run(write)
    assert not list(folder.rglob("pwned")), "a value was run"
    written = script.read_bytes().decode()
    functions, found, _ = written.rpartition("\nstep=$1\n")
    assert found, "the script is not there to its end"
    (folder / "part").write_text(f"{functions}\nselect_service 1; docker_build\n")
    assert run(f". {folder / 'part'}").returncode == 0
    return recorded.read_bytes().decode().split("\0")[:-1]


@pytest.mark.parametrize("shell", SHELLS)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(label=HOSTILE, argument=HOSTILE, inline=HOSTILE, command=HOSTILE)
@example(label=ESCAPE, argument="", inline="x", command="true")
@example(label="a", argument=ESCAPE, inline="x", command="true")
@example(label="a", argument="", inline=ESCAPE, command="true")
@example(label="a", argument="", inline="x", command=ESCAPE)
@example(label=ESCAPE + ESCAPE.replace(END, f"{END}_"), argument="", inline="x", command="true")
@example(label="Eü", argument="E\x85\nENDé", inline=f"{END}ü\nE", command="true\n# aé\n# Eé")
@example(label=f"{END}\nEü", argument=f"{END}_ü\naü", inline="bü", command="true")
def test_no_text_ends_the_here_document(tmp_path, shell, *, label, argument, inline, command):
    image = BuildspecImage(
        service="web", args={"A": argument}, labels={"l": label}, dockerfile_inline=inline
    )
    spec = make_buildspec([image], BuildspecOptions(before_build=(command,), scan=(command,)))
    words = run_commands(shell, spec, tmp_path)
    assert not list(tmp_path.rglob("pwned")), "a value was run"
    assert words[words.index("--build-arg") + 1] == f"A={argument}"
    assert words[words.index("--label") + 1] == f"l={label}"
    assert (tmp_path / "home" / "1.Dockerfile").read_bytes().decode() == f"{inline}\n"
