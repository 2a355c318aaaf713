"""`.ci/run`: where an engine could be started, the tests that need one have to run."""

import shutil
import subprocess

import pytest

from tests.unit.make.conftest import ROOT

STAND_INS = {
    "id": "echo $USER_ID",
    "apt-get": 'echo "apt-get $*" >> calls; exit $APT',
    "dpkg": "exit $DPKG",
    "unshare": "exit $UNSHARE",
    "make": 'echo "make $* REQUIRE_ENGINE=${REQUIRE_ENGINE:-}" >> calls',
}


@pytest.fixture
def ci(tmp_path):
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci/run", tmp_path / ".ci/run")
    commands = tmp_path / "commands"
    commands.mkdir()
    for name in ("bash", "dirname", "sh"):
        (commands / name).symlink_to(shutil.which(name))

    def running(*missing, **variables):
        for name, script in STAND_INS.items():
            if name not in missing:
                (commands / name).write_text(f"#!/bin/sh\n{script}\n")
                (commands / name).chmod(0o755)
        given = {"USER_ID": "0", "APT": "0", "DPKG": "0", "UNSHARE": "0"} | variables
        done = subprocess.run(
            [tmp_path / ".ci/run"],
            env={"PATH": str(commands), **given},
            capture_output=True,
            text=True,
            check=True,
        )
        calls = tmp_path / "calls"
        return calls.read_text().splitlines(), done.stdout

    return running


def test_as_root_on_debian_the_engine_is_required(ci):
    assert ci() == (["make test REQUIRE_ENGINE=1"], "")


def test_what_is_missing_is_installed_before(ci):
    calls, _ = ci(DPKG="1")
    assert [call.split()[:2] for call in calls] == [
        ["apt-get", "update"],
        ["apt-get", "install"],
        ["make", "test"],
    ]
    assert calls[-1] == "make test REQUIRE_ENGINE=1"


def test_what_cannot_be_installed_makes_tests_fail(ci):
    calls, told = ci(DPKG="1", APT="1")
    assert calls[-1] == "make test REQUIRE_ENGINE=1"
    assert told == "they could not be installed; tests that need them fail\n"


@pytest.mark.parametrize(
    ("missing", "variables", "words"),
    [
        ((), {"USER_ID": "1000"}, ""),
        (("apt-get",), {}, ""),
        ((), {"UNSHARE": "1"}, "no namespaces can be made here, so no engine"),
    ],
)
def test_where_no_engine_can_be_started_none_is_required(ci, missing, variables, words):
    calls, told = ci(*missing, **variables)
    assert calls[-1] == "make test REQUIRE_ENGINE="
    assert words in told
