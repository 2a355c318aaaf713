"""Files that change: which of them count, wherever folders come from and links lead."""

import shutil
from pathlib import Path

import pytest

from serverless_containers.local.running import files
from serverless_containers.local.running.files import Changes, changes


@pytest.fixture
def folder(tmp_path):
    made = tmp_path.resolve() / "app"
    (made / "src").mkdir(parents=True)
    (made / "src/a.py").write_text("1")
    return made


@pytest.fixture
def watched(folder, monkeypatch):
    """Look at a folder whenever something was done to it."""
    monkeypatch.setattr(files, "_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(files, "_CALM_SECONDS", 0.0)

    class Watched:
        folders = (folder,)
        written = None

        def begin(self):
            self.groups = changes(lambda: self.folders, written=self.written)
            return self

        def changed(self):
            return {str(each.relative_to(folder.parent)) for each in next(self.groups).files}

    return Watched


def test_a_file_that_is_made_changed_or_deleted_changed(folder, watched):
    groups = watched().begin()
    assert groups.changed() == set()
    (folder / "src/b.py").write_text("1")
    (folder / "src/a.py").write_text("22")
    assert groups.changed() == {"app/src/a.py", "app/src/b.py"}
    (folder / "src/a.py").unlink()
    assert groups.changed() == {"app/src/a.py"}
    assert groups.changed() == set()


def test_files_that_come_or_go_are_told_from_others(folder, watched):
    groups = watched().begin().groups
    (folder / "src/b.py").write_text("1")
    (folder / "src/a.py").write_text("22")
    (folder / "b.log").write_text("1")
    found = next(groups)
    assert found.files == {folder / "src/a.py", folder / "src/b.py"}
    assert found.come_or_gone == {folder / "src/b.py"}
    (folder / "src/b.py").unlink()
    assert next(groups).come_or_gone == {folder / "src/b.py"}
    assert next(groups) == Changes()


def test_what_programs_write_for_themselves_is_no_change(folder, watched):
    for name in ("node_modules", "cdk.out", ".local", "src/__pycache__", "src/.pytest_cache"):
        (folder / name).mkdir()
    groups = watched().begin()
    names = (
        *("node_modules/a", "cdk.out/a", ".local/a", "cdk.context.json", "a.log", "a.log.1"),
        *("src/__pycache__/a.pyc", "src/.pytest_cache/a", "src/app.db", "src/app.sqlite3-wal"),
    )
    for name in names:
        (folder / name).write_text("1")
    assert groups.changed() == set()


def test_a_file_that_a_deployment_writes_is_no_change(folder, watched):
    groups = watched()
    groups.written = folder / "result.json"
    groups.begin()
    for name in ("result.json", "src/result.json"):
        (folder / name).write_text("1")
    assert groups.changed() == {"app/src/result.json"}


def test_the_folder_above_may_have_any_name(folder, watched):
    inside = folder / "dist"
    inside.mkdir()
    groups = watched()
    groups.folders = (inside,)
    groups.begin()
    (inside / "a").write_text("1")
    assert groups.changed() == {"app/dist/a"}


def test_what_git_leaves_alone_is_no_change_unless_synthesis_reads_it(folder, watched):
    (folder / ".git").mkdir()
    (folder / ".gitignore").write_text("uploads/\n*.tmp\n.env\n")
    (folder / "src/uploads").mkdir()
    groups = watched().begin()
    for name in ("src/uploads/a", "src/x.tmp", "src/.env"):
        (folder / name).write_text("1")
    assert groups.changed() == {"app/src/.env"}


def test_another_gitignore_counts_at_once(folder, watched):
    (folder / "data").mkdir()
    groups = watched().begin()
    (folder / "data/a").write_text("1")
    assert groups.changed() == {"app/data/a"}
    (folder / ".gitignore").write_text("data\n")
    groups.changed()
    (folder / "data/a").write_text("22")
    assert groups.changed() == set()


def test_a_folder_that_git_leaves_out_as_a_whole_is_watched(folder, watched):
    (folder.parent / ".git").mkdir()
    (folder.parent / ".gitignore").write_text("app\n")
    groups = watched().begin()
    (folder / "src/a.py").write_text("22")
    assert groups.changed() == {"app/src/a.py"}


@pytest.mark.parametrize("below", ["", "src"])
def test_a_folder_that_is_deleted_and_made_anew_is_seen(folder, watched, below):
    groups = watched().begin()
    shutil.rmtree(folder / below)
    assert groups.changed() == {"app/src/a.py"}
    (folder / "src").mkdir(parents=True)
    (folder / "src/a.py").write_text("1")
    assert groups.changed() == {"app/src/a.py"}
    (folder / "src/a.py").write_text("22")
    assert groups.changed() == {"app/src/a.py"}


def test_links_to_folders_are_not_followed(folder, watched):
    elsewhere = folder.parent / "elsewhere"
    elsewhere.mkdir()
    (folder / "out").symlink_to(elsewhere)
    (folder / "round").symlink_to(folder)
    groups = watched().begin()
    (elsewhere / "a").write_text("1")
    assert groups.changed() == set()
    (folder / "out").unlink()
    (folder / "out").symlink_to(folder / "src")
    assert groups.changed() == {"app/out"}


def test_a_link_to_a_file_changes_with_the_file(folder, watched):
    target = folder.parent / "target"
    target.write_text("1")
    (folder / "link").symlink_to(target)
    groups = watched().begin()
    target.write_text("22")
    assert groups.changed() == {"app/link"}


def test_a_folder_that_comes_to_matter_is_watched_from_then_on(folder, watched):
    other = folder.parent / "other"
    other.mkdir()
    (other / "old").write_text("1")
    groups = watched().begin()
    groups.folders = (folder, other)
    (folder / "src/a.py").write_text("22")
    assert groups.changed() == {"app/src/a.py"}
    assert groups.changed() == set()
    (other / "old").write_text("22")
    assert groups.changed() == {"other/old"}


def test_a_change_while_the_last_one_is_followed_is_not_lost(folder, watched):
    groups = watched().begin()
    (folder / "src/a.py").write_text("22")
    assert groups.changed() == {"app/src/a.py"}
    groups.folders = (folder, Path("/nonexistent"))
    (folder / "src/a.py").write_text("333")
    assert groups.changed() == {"app/src/a.py"}
