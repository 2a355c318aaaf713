"""The program that holds a task's network is an executable that waits."""

import os
import platform
import signal
import subprocess
import time
from pathlib import Path

import pytest

from serverless_containers.local.engine.pause import program


@pytest.mark.parametrize(("name", "machine"), [("amd64", 62), ("arm64", 183)])
def test_it_is_a_small_executable_for_linux(name, machine):
    content = program(name)
    assert content[:4] == b"\x7fELF"
    assert int.from_bytes(content[18:20], "little") == machine
    assert len(content) < 200


def test_there_is_none_for_another_processor():
    with pytest.raises(KeyError):
        program("riscv64")


@pytest.mark.skipif(
    (platform.system(), platform.machine()) != ("Linux", "x86_64"), reason="it is for another one"
)
def test_it_waits_without_working(tmp_path):
    file = tmp_path / "pause"
    file.write_bytes(program("amd64"))
    file.chmod(0o755)
    with subprocess.Popen([file]) as process:
        time.sleep(0.2)
        assert process.poll() is None
        ticks = Path(f"/proc/{process.pid}/stat").read_text().split()[13:15]
        os.kill(process.pid, signal.SIGTERM)
    assert ticks == ["0", "0"]
    assert process.returncode == -signal.SIGTERM
