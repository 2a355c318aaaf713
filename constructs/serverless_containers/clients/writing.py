"""Writing a client file, and telling what it did."""

import os
from pathlib import Path

from serverless_containers.clients.failure import ClientConfigError
from serverless_containers.clients.files import TextFile, read_file, write_file
from serverless_containers.clients.forms import Form
from serverless_containers.clients.model import Client


def write_new(client: Client, form: Form, path: Path, *, overwrite: bool = False) -> str:
    """Write a file that is not there, or in the place of one.

    Args:
        client: What to write.
        form: In which form.
        path: The file.
        overwrite: Whether the file may be there. Default: it may not.

    Returns:
        What was done, in a line.

    Raises:
        ClientConfigError: If the file is there, or cannot be written.
    """
    form.check_name(path)
    is_there = os.path.lexists(path)
    if is_there and not overwrite:
        raise ClientConfigError(
            f"{path} exists; --merge {path} keeps what else is in it, --force overwrites it"
        )
    write_file(TextFile(path=path, text=form.fresh(client, path)))
    return f"{path}: {'overwritten' if is_there else 'written'} with {client}"


def merge_into(client: Client, form: Form, path: Path) -> str:
    """Write into a file and keep what else is in it. A file that is not there is made.

    Args:
        client: What to write.
        form: In which form.
        path: The file.

    Returns:
        What was done, in a line.

    Raises:
        ClientConfigError: If the file cannot be read as what it should be, or not be written.
    """
    form.check_name(path)
    file = read_file(path)
    if file is None or not file.text.strip():
        write_file(TextFile(path=path, text=form.fresh(client, path)))
        return f"{path}: written with {client}"
    merged = form.merge(client, file)
    if merged.text == file.text:
        return f"{path}: unchanged, it holds {client}"
    write_file(TextFile(path=path, text=merged.text, has_mark=file.has_mark))
    return f"{path}: written with {client}: {merged}"
