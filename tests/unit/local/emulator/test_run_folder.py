"""What a note names is removed only if it is the folder of one of this user's runs."""

import json
import os
import stat
import tempfile
from dataclasses import asdict

import pytest

from serverless_containers.local.deploy.run import Stopped, stop
from serverless_containers.local.emulator.emulator import Emulator
from serverless_containers.local.emulator.run_folder import RunFolder
from serverless_containers.local.failure import LocalError
from serverless_containers.local.folder import LocalFolder


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def plant(project, folder):
    """Write the note that somebody else's repository would hold."""
    (project / ".local").mkdir(parents=True)
    content = {"folder": str(folder), "port": 1, "pid": 1, "token": "t", "engine": "", "run": ""}
    (project / ".local/emulator.json").write_text(json.dumps(content))
    (project / ".local/run-1-1.json").write_text(json.dumps(content))


def other_modes(temporary, _):
    folder = temporary / "serverless-containers-local-abcdefgh"
    folder.mkdir(mode=0o755)
    return folder


def by_another_name(temporary, _):
    folder = temporary / "precious"
    folder.mkdir(mode=0o700)
    return folder


def elsewhere(_, tmp_path):
    folder = tmp_path / "serverless-containers-local-abcdefgh"
    folder.mkdir(mode=0o700)
    return folder


def by_a_link(temporary, tmp_path):
    target = elsewhere(temporary, tmp_path)
    link = temporary / "serverless-containers-local-abcdefgh"
    link.symlink_to(target)
    return link


def by_a_way_up(temporary, tmp_path):
    elsewhere(temporary, tmp_path)
    return temporary / ".." / "serverless-containers-local-abcdefgh"


@pytest.mark.parametrize(
    "make",
    [other_modes, by_another_name, elsewhere, by_a_link, by_a_way_up],
    ids=lambda m: m.__name__,
)
def test_a_planted_note_removes_nothing(make, temporary, tmp_path):
    folder = make(temporary, tmp_path)
    kept = folder / "kept"
    kept.write_text("precious")
    (folder / "image-names").write_text("precious:latest\n")
    plant(tmp_path / "project", folder)
    assert stop(tmp_path / "project") == Stopped()
    assert LocalFolder(tmp_path / "project").kept() is None
    assert kept.read_text() == "precious"
    RunFolder(folder).remove()
    assert kept.read_text() == "precious"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to another user")
def test_a_folder_of_another_user_is_none_of_ours():
    folder = RunFolder.make()
    assert RunFolder.find(str(folder.path)) is not None
    os.chown(folder.path, 65534, 65534)
    assert RunFolder.find(str(folder.path)) is None
    folder.remove()
    assert folder.path.exists()


def test_what_is_known_of_a_run_only_its_user_reads():
    folder = RunFolder.make()
    emulator = Emulator(port=1, pid=2, secret="of the run", folder=str(folder.path))
    folder.write({"port": 1, "pid": 2, "secret": "of the run", "engine": "", "run": ""})
    assert Emulator.find(str(folder.path)) == emulator
    assert "of the run" not in repr(emulator)
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.path.iterdir()} == {0o600}


def test_a_note_holds_no_key_and_only_its_user_reads_it(tmp_path):
    folder = RunFolder.make()
    project = LocalFolder(tmp_path / "project")
    (tmp_path / "project").mkdir()
    project.remember(Emulator(port=1, pid=2, secret="of the run", folder=str(folder.path)))
    note = tmp_path / "project/.local/emulator.json"
    assert json.loads(note.read_text()) == {"folder": str(folder.path), "engine": "", "run": ""}
    assert stat.S_IMODE(note.stat().st_mode) == 0o600


def test_the_lock_ends_with_the_last_that_holds_it():
    folder = RunFolder.make()
    assert not folder.is_locked()
    held = folder.lock()
    inherited = os.dup(held)
    os.close(held)
    assert folder.is_locked()
    os.close(inherited)
    assert not folder.is_locked()


def test_a_log_does_not_follow_a_link(tmp_path):
    target = tmp_path / "target"
    target.write_text("precious")
    project = LocalFolder(tmp_path)
    log = project.log("synth")
    log.symlink_to(target)
    assert not project.log("synth").is_symlink()
    assert target.read_text() == "precious"


@pytest.fixture
def victim(tmp_path):
    """Another project, whose emulator is noted."""
    project = tmp_path / "victim"
    project.mkdir()
    folder = RunFolder.make()
    emulator = Emulator(port=1, pid=2**22, secret="of the run", folder=str(folder.path))
    folder.write(asdict(emulator))
    LocalFolder(project).remember(emulator)
    return project, folder


@pytest.mark.parametrize("name", ["emulator.json", "run-1-1.json"])
@pytest.mark.parametrize("how", ["link", "copy", "hard link"])
def test_a_note_of_another_project_is_none_of_this_one(tmp_path, victim, name, how):
    project, folder = victim
    note = project / ".local/emulator.json"
    planted = tmp_path / "cloned/.local" / name
    planted.parent.mkdir(parents=True)
    if how == "link":
        planted.symlink_to(note)
    elif how == "copy":
        planted.write_bytes(note.read_bytes())
    else:
        planted.hardlink_to(note)
    assert stop(tmp_path / "cloned") == Stopped()
    assert LocalFolder(tmp_path / "cloned").kept() is None
    assert folder.path.exists()
    assert note.exists()
    # It is still found for its own.
    assert Emulator.find(str(folder.path)) is not None


@pytest.mark.parametrize("name", ["emulator.json", "run-1-1.json", "deployed.json"])
@pytest.mark.parametrize("to", ["/dev/zero", "pipe"])
def test_a_note_that_is_no_file_is_not_read(tmp_path, name, to):
    folder = tmp_path / ".local"
    folder.mkdir()
    if to == "pipe":
        os.mkfifo(folder / name)
    else:
        (folder / name).symlink_to(to)
    project = LocalFolder(tmp_path)
    assert project.kept() is None
    assert project.stop_started() == 0
    with pytest.raises(LocalError, match="nothing was deployed"):
        project.deployed()


@pytest.mark.parametrize("name", ["run-1-1.json", "emulator.json", ".gitignore"])
def test_a_folder_in_the_place_of_a_note_is_told_in_words(tmp_path, name):
    (tmp_path / ".local" / name).mkdir(parents=True)
    with pytest.raises(LocalError, match=r"cannot be removed .*: remove it"):
        stop(tmp_path)
