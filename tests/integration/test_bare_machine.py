"""The main job of the README on a machine that has Debian's Python and make, and nothing else.

The machine is a folder: debootstrap installs Debian into it, and a namespace of its own makes it
the root. There is no container engine, no Node.js, and no compiler.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
DEBOOTSTRAP, UNSHARE, GIT, CHOWN = map(shutil.which, ("debootstrap", "unshare", "git", "chown"))
HAS = "python3,python3-venv,make,ca-certificates"
USER = 1000
SOURCES = {Path("/etc") / name for name in ("resolv.conf", "hosts", "pip.conf")}

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root makes a machine of a folder"),
    pytest.mark.skipif(DEBOOTSTRAP is None, reason="there is no debootstrap"),
]


def own_sources():
    """Where this machine has packages from, if it is told so: folders, files and variables."""
    asked = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    )
    named = {Path(each) for each in re.findall(r"(?:file://|(?<=['\s]))(/[^\s']+)", asked.stdout)}
    # An index is a folder of an archive, whose files lie beside it.
    named = {each.parent if each.name == "simple" else each for each in named if each.exists()}
    folders = {each for each in named if each.is_dir()}
    files = {each for each in named | SOURCES if each.is_file()}
    names = re.compile(r"(PIP|SSL|NODE_EXTRA|REQUESTS|NPM_CONFIG|HTTPS?|NO)_\w+", re.IGNORECASE)
    variables = {name: value for name, value in os.environ.items() if names.fullmatch(name)}
    return folders, files, variables


class Machine:
    """A folder with a Debian in it."""

    def __init__(self, folder):
        self.folder = folder
        self._folders, self._files, self._variables = own_sources()

    def install(self):
        mirror = [os.environ["DEBIAN_MIRROR"]] if "DEBIAN_MIRROR" in os.environ else []
        subprocess.run(
            [
                DEBOOTSTRAP,
                "--variant=minbase",
                f"--include={HAS}",
                "stable",
                self.folder,
                *mirror,
            ],
            check=True,
            capture_output=True,
        )
        for file in self._files:
            copy = self.inside(file)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
        for folder in self._folders:
            self.inside(folder).mkdir(parents=True)

    def inside(self, path):
        """The place of one of its paths on this machine."""
        return self.folder / str(path).lstrip("/")

    def run(self, command, *, home, user=0):
        """Run a shell's command as a user of it. Mounts end with the namespace."""
        mounts = ["mount -t proc proc proc", "mount --rbind /dev dev"]
        for each in self._folders:
            there = shlex.quote(str(self.inside(each)))
            mounts += [f"mount --bind {shlex.quote(str(each))} {there}"]
            mounts += [f"mount -o remount,bind,ro {there}"]
        command_inside = [
            "chroot", f"--userspec={user}:{user}", self.folder, "env", "-i",
            f"HOME={home}", "PATH=/usr/bin:/bin",
            *(f"{name}={value}" for name, value in self._variables.items()),
            "sh", "-c", command,
        ]  # fmt: skip
        return subprocess.run(
            [
                UNSHARE, "--mount", "--propagation", "private", "sh", "-c",
                " && ".join([*mounts, f"exec {shlex.join(map(str, command_inside))}"]),
            ],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    made = Machine(tmp_path_factory.mktemp("machine"))
    # A root that only root may enter is none.
    made.folder.chmod(0o755)
    made.install()
    yield made
    shutil.rmtree(made.folder)


def test_it_has_nothing_else(machine):
    for program in ("node", "npm", "docker", "gcc", "git"):
        assert machine.run(f"command -v {program}", home="/root").returncode
    assert machine.run("command -v python3 make", home="/root").returncode == 0


@pytest.mark.parametrize(
    ("user", "clone"),
    [
        pytest.param(0, "root/clone", id="root"),
        pytest.param(USER, "home/somebody/a clone", id="a user, and a space in the path"),
    ],
)
def test_the_sample_answers(machine, user, clone):
    folder = machine.inside(clone)
    folder.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([GIT, "clone", "--quiet", ROOT, folder], check=True)
    home = Path("/", clone).parent
    if (npmrc := Path.home() / ".npmrc").exists():
        shutil.copyfile(npmrc, folder.parent / npmrc.name)
    subprocess.run([CHOWN, "-R", f"{user}:{user}", folder.parent], check=True)

    done = machine.run(f"cd {shlex.quote(f'/{clone}')} && make local", home=home, user=user)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "No container engine is in reach" in done.stdout
    for name in ("API", "Site"):
        assert re.search(rf'^{name} answers 200 {{"status":"ok"}}$', done.stdout, re.M)
    assert "cdk diff: no differences" in done.stdout
