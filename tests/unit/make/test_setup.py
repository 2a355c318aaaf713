"""`make setup` on machines on which it fails: it says why, and the next one goes on."""

import os
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from tests.unit.make.conftest import ROOT

AGAIN = "Then run make again: it goes on where it stopped.\n"
REGISTRY = (
    "the package registry cannot be reached. Check the network; behind a proxy set HTTPS_PROXY"
)


def mounts():
    """Whether a file system can be mounted that nobody else sees."""
    command = ["unshare", "-m", "true"]
    if os.geteuid() != 0:
        return False
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


needs_mounts = pytest.mark.skipif(not mounts(), reason="mounting a file system needs root")


def step(tree, *arguments, **variables):
    return tree.run([sys.executable, "tools/set_up.py", *arguments], **variables)


def has_pip(tree):
    python = tree.folder / ".venv/bin/python"
    return subprocess.run([python, "-m", "pip", "-V"], capture_output=True, check=False).returncode


@pytest.mark.thorough
def test_an_interrupted_virtual_environment_is_mended_and_a_registry_that_is_not_there_told(tree):
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", tree.folder / ".venv"], check=True
    )
    assert has_pip(tree) != 0

    done = tree.make("setup")

    assert done.returncode != 0
    assert ".venv has no pip, as after an interrupted installation: it is mended.\n" in done.stdout
    assert has_pip(tree) == 0
    # What pip says itself blames the requirement.
    assert "Could not find a version that satisfies the requirement" in done.stdout
    assert f"python failed: {REGISTRY}" in done.stderr
    assert AGAIN in done.stderr
    assert not (tree.folder / ".venv/.installed").exists()


@pytest.mark.thorough
def test_one_with_half_a_pip_is_made_anew(tree):
    folder = tree.folder / ".venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    (pip,) = folder.glob("lib/python*/site-packages/pip")
    (pip / "__main__.py").unlink()
    (pip / "_internal/__init__.py").unlink()

    done = step(tree, "venv", ".venv")

    assert done.returncode == 0, done.stderr
    assert "-m venv .venv --clear\n" in done.stdout
    assert has_pip(tree) == 0


def test_one_that_works_is_left_alone(tree):
    (tree.folder / ".venv").symlink_to(sys.prefix)

    done = step(tree, "venv", ".venv")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("target", ["setup", "setup-dev"])
@pytest.mark.parametrize("name", [".venv", "node_modules"])
def test_nothing_is_installed_through_a_link(tree, name, target):
    """Python and npm leave a trace in the folder of another checkout."""
    other = tree.folder.parent / "other"
    (other / "bin").mkdir(parents=True)
    for command in ("python", "npm"):
        tree.command(command, f"echo {command} >> {other}/changed")
    (other / "bin/python").symlink_to(tree.commands / "python")
    (tree.folder / name).symlink_to(other)
    if name != ".venv":
        (tree.folder / ".venv/bin").mkdir(parents=True)
        (tree.folder / ".venv/bin/python").symlink_to(tree.commands / "python")

    done = tree.make(target, PYTHON=sys.executable)

    assert done.returncode != 0
    assert f"{name} is a link to {other}: an installation would change what is there" in done.stderr
    assert f"Remove the link (rm {name})" in done.stderr
    assert not (other / "changed").exists()
    assert sorted(path.name for path in other.iterdir()) == ["bin"]


def test_a_link_to_what_is_installed_is_ignored_by_git():
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    # With a slash at its end a pattern is of folders alone, and no link is one.
    assert {".venv", "node_modules"} <= set(ignored)


def test_npm_whose_registry_is_not_there_says_so(tree):
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"

    done = step(tree, "run", "npm", "ci", "--loglevel=error", "--ignore-scripts", PATH=path)

    assert done.returncode != 0
    assert "ECONNREFUSED" in done.stdout
    assert f"npm failed: {REGISTRY}" in done.stderr


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("npm error code ENOTFOUND", REGISTRY),
        ("npm error code ENOSPC", "the disk is full. Make room on it."),
        ("npm error code EROFS", "a file system is read-only. Use a folder and a home that can"),
        ("npm error code EACCES", "this user may not write there."),
        ("OSError('Tunnel connection failed: 407 Proxy')", "the proxy does not let it through."),
        ("npm error code SELF_SIGNED_CERT_IN_CHAIN", "the registry's certificate is not trusted."),
        ("ensurepip is not available", "this Python cannot make virtual environments."),
        ("Something else", "its output above says why."),
    ],
)
def test_what_a_step_says_is_shown_and_explained(tree, said, cause):
    tree.command("npm", f'echo "{said}" >&2; exit 7')

    done = step(tree, "run", "npm", "ci")

    assert done.returncode == 7
    assert done.stdout == f"npm ci\n{said}\n"
    assert done.stderr.startswith(f"\nnpm failed: {cause}")
    assert done.stderr.endswith(AGAIN)


def test_a_command_that_is_not_there_is_named(tree):
    done = step(tree, "run", "no-such-command")

    assert done.returncode == 127
    assert "No such file or directory: 'no-such-command'" in done.stdout


def test_a_step_that_succeeds_adds_nothing(tree):
    tree.command("npm", "echo done")

    done = step(tree, "run", "npm", "ci")

    assert (done.returncode, done.stdout, done.stderr) == (0, "npm ci\ndone\n", "")


@pytest.mark.parametrize("step_name", ["npm", "pip"])
def test_the_makefile_stops_at_the_step_that_fails_and_goes_on_there(tree, step_name):
    """Python and npm are stand-ins that leave a trace, or fail once."""
    venv = tree.folder / ".venv/bin"
    venv.mkdir(parents=True)
    (tree.folder / "fails").write_text(step_name)
    fail = 'if [ "$(cat fails)" = {0} ]; then : > fails; echo ENOSPC; exit 3; fi; echo {0} >> done'
    python = (
        'case "$*" in\n'
        f"*'pip install'*) {fail.format('pip')};;\n"
        "*--version*|*link_node*) ;;\n"
        f'*) exec "{sys.executable}" "$@";;\n'
        "esac"
    )
    tree.command("python", python)
    (venv / "python").symlink_to(tree.commands / "python")
    tree.command("npm", fail.format("npm"))

    first = tree.make("setup")
    second = tree.make("setup")

    assert first.returncode != 0
    assert "failed: the disk is full. Make room on it. " + AGAIN in first.stderr
    assert second.returncode == 0, second.stderr
    assert (tree.folder / "done").read_text().split()[-2:] == ["pip", "npm"]
    assert (tree.folder / ".venv/.installed").exists()
    assert tree.make("setup").stdout == "make: Nothing to be done for 'setup'.\n"


SHOW = (
    "show: ; @echo $$npm_config_cache $$PIP_CACHE_DIR $$JSII_RUNTIME_PACKAGE_CACHE_ROOT $$CDK_HOME"
)


def test_caches_are_at_home(tree):
    assert tree.make("--eval", SHOW, "show").stdout.split() == []


@pytest.mark.parametrize("home", ["/nonexistent", "/dev/null", ""])
def test_with_a_home_that_cannot_be_written_they_are_here(tree, home):
    caches = f"{tree.folder}/.venv/caches"
    own = {"CDK_HOME": "/own"}

    done = tree.make("--eval", SHOW, "show", HOME=home, **own)

    assert done.stdout.split() == [*(f"{caches}/{name}" for name in ("npm", "pip", "jsii")), "/own"]


@pytest.mark.thorough
@needs_mounts
def test_a_disk_that_is_full_is_told(tree):
    """A real one: the folder is on a file system that is too small for pip."""
    inside = (
        f"cp -r {tree.folder} {tree.home}/copy && mount -t tmpfs -o size=3m tmpfs {tree.folder} && "
        f"cp -r {tree.home}/copy/. {tree.folder} && cd {tree.folder} && exec make setup"
    )

    done = tree.run(["unshare", "-m", "sh", "-c", inside])

    assert done.returncode != 0
    assert "is full. Make room on it. " + AGAIN in done.stderr
    assert "python3-venv" not in done.stderr


@needs_mounts
def test_npm_works_with_a_home_that_is_read_only(tree):
    """It gets as far as the registry. Without a cache elsewhere it ends before."""
    for name in ("node", "npm"):
        tree.command(name, f'exec "{Path(sys.executable).parent / name}" "$@"')
    inside = f"mount -t tmpfs -o ro tmpfs {tree.home} && exec make --eval '{NPM}' npm"

    done = tree.run(["unshare", "-m", "sh", "-c", inside])

    assert f"npm failed: {REGISTRY}" in done.stderr


NPM = "npm: ; @$(STEP) run npm ci $(NPM_CI)"


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_a_deployment_writes_its_outputs_and_says_what_reads_them(tree, environment):
    done = tree.make("--dry-run", "deploy", f"ENV={environment}")
    file = f"outputs.{environment}.json"
    assert f"'{environment}/*' --outputs-file {file}" in done.stdout
    assert f"client-config --outputs {file} --format" in done.stdout
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert "outputs.*.json" in ignored


def test_what_is_installed_runs_on_the_first_python_that_is_promised():
    """A pin that asks for a later patch release of Python ends the set-up on older machines."""
    asks = {
        each.metadata["Name"]: each.metadata["Requires-Python"]
        for each in distributions()
        if each.metadata["Requires-Python"]
    }
    assert len(asks) > 50
    assert {
        name: python for name, python in asks.items() if not SpecifierSet(python).contains("3.11.0")
    } == {}
