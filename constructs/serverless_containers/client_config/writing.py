"""The writing of a client file, and a line about what it did."""

import os
from pathlib import Path

from serverless_containers.client_config.errors import ClientConfigError
from serverless_containers.client_config.files import TextFile, read_file, write_file
from serverless_containers.client_config.formats import Format
from serverless_containers.client_config.model import ClientConfig


def write_new(
    client: ClientConfig, output_format: Format, path: Path, *, overwrite: bool = False
) -> str:
    """Write a file that is not there, or in the place of one.

    Args:
        client: The configuration.
        output_format: The format.
        path: The file.
        overwrite: Whether the file may be there. Default: it may not.

    Returns:
        What was done, in a line.

    Raises:
        ClientConfigError: If the file is there, or cannot be written.
    """
    output_format.check_name(path)
    is_there = os.path.lexists(path)
    if is_there and not overwrite:
        raise ClientConfigError(
            f"{path} exists; --merge {path} keeps what else is in it, --force overwrites it"
        )
    write_file(TextFile(path=path, text=output_format.fresh(client, path)))
    return f"{path}: {'overwritten' if is_there else 'written'} with {client}"


def merge_into(client: ClientConfig, output_format: Format, path: Path) -> str:
    """Write into a file and keep what else is in it. A file that is not there is made.

    Args:
        client: The configuration.
        output_format: The format.
        path: The file.

    Returns:
        What was done, in a line.

    Raises:
        ClientConfigError: If the file cannot be read as what it should be, or not be written.
    """
    output_format.check_name(path)
    file = read_file(path)
    if file is None or not file.text.strip():
        write_file(TextFile(path=path, text=output_format.fresh(client, path)))
        return f"{path}: written with {client}"
    merged = output_format.merge(client, file)
    if merged.text == file.text:
        return f"{path}: unchanged, it holds {client}"
    write_file(TextFile(path=path, text=merged.text, has_mark=file.has_mark))
    return f"{path}: written with {client}: {merged}"
