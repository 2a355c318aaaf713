import os
import subprocess
from pathlib import Path

import pytest

from serverless_containers.plan.buildspec import BuildspecImage, BuildspecOptions, make_buildspec

WEB = BuildspecImage(service="web")
SHELLS = [shell for shell in ("dash", "bash") if Path("/bin", shell).exists()]


class Script:
    """The script of a buildspec, whose functions can be called one by one."""

    def __init__(self, folder: Path, shell: str) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self.home = folder / "home"
        self.bin.mkdir()
        self.home.mkdir()
        # Both shells are called sh on CodeBuild, which makes bash keep to POSIX.
        (self.bin / "sh").symlink_to(Path("/bin", shell))

    def command(self, name, text):
        """Put a command on PATH, given as a shell script."""
        (self.bin / name).write_text(f"#!/bin/sh\n{text}\n")
        (self.bin / name).chmod(0o755)

    def call(self, code, builds=(WEB,), options=None, **environment):
        spec = make_buildspec(builds, options or BuildspecOptions())
        (here,) = (
            text for text in spec["phases"]["pre_build"]["commands"] if text.startswith("cat ")
        )
        body = "\n".join(here.split("\n")[1:-1])
        functions, found, _ = body.rpartition("\nstep=$1\n")
        assert found
        (self.folder / "script").write_text(f"{functions}\n{code}\n")
        return subprocess.run(
            [self.bin / "sh", self.folder / "script"],
            env={
                "PATH": f"{self.bin}:{os.defpath}",
                "PIPELINE_HOME": str(self.home),
                "CODEBUILD_SRC_DIR": str(self.folder),
                "REPOSITORY_1": "1.dkr.ecr.x.amazonaws.com/shop/web",
                "REPOSITORY_2": "1.dkr.ecr.x.amazonaws.com/shop/worker",
                **environment,
            },
            capture_output=True,
            check=False,
        )


@pytest.fixture(params=SHELLS)
def script(request, tmp_path):
    return Script(tmp_path, request.param)
