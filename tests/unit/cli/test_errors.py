"""What goes wrong on the machine is told in a sentence, with a way out."""

import errno
import os
from pathlib import Path
from types import SimpleNamespace

import click
import pytest

from serverless_containers.cli.errors import describe_os_error, errors_in_words, full_disks
from serverless_containers.cli.output import print_error


def refused(number, file="/somewhere/file"):
    return OSError(number, os.strerror(number), file)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            refused(errno.ENOSPC),
            "/somewhere/file: No space left on device (the disk is full; make room on it)",
        ),
        (
            refused(errno.ENOSPC, None),
            "No space left on device (the disk is full; make room on it)",
        ),
        (refused(errno.ENOENT), "/somewhere/file: No such file or directory"),
        (OSError("cannot"), "cannot"),
    ],
)
def test_an_error_of_the_machine_names_the_file_and_the_way_out(error, words):
    assert describe_os_error(error) == words
    with pytest.raises(click.ClickException) as raised, errors_in_words():
        raise error
    assert raised.value.message == words


def test_a_defect_is_told_though_its_traceback_cannot_be_written(monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", "/nonexistent")
    with pytest.raises(click.ClickException) as raised, errors_in_words():
        raise ZeroDivisionError
    assert raised.value.message.startswith(
        "this is a defect of serverless-containers (ZeroDivisionError); its traceback could not be "
        "written: /nonexistent/"
    )


@pytest.mark.parametrize(
    ("free", "inodes", "full"),
    [
        (1 << 30, (100, 10), False),
        (0, (100, 10), True),
        (1 << 30, (100, 0), True),
        # It does not count them.
        (1 << 30, (0, 0), False),
    ],
)
def test_a_disk_is_full_of_bytes_or_of_files(monkeypatch, tmp_path, free, inodes, full):
    files, left = inodes
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free))
    monkeypatch.setattr("os.statvfs", lambda _: SimpleNamespace(f_files=files, f_favail=left))
    assert full_disks([tmp_path]) == [tmp_path] * full


def test_a_folder_that_is_not_there_is_not_full():
    assert full_disks([Path("/nonexistent")]) == []


def test_a_closed_standard_output_is_told(monkeypatch):
    monkeypatch.setattr("sys.stdout", None)

    with pytest.raises(click.ClickException, match="standard output is closed"), errors_in_words():
        pass


def test_a_closed_standard_error_is_no_defect(monkeypatch):
    monkeypatch.setattr("sys.stderr", None)

    print_error("Warning: nobody reads it")
