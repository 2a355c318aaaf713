"""Archives that an engine unpacks."""

import io
import tarfile


def one_directory(name: str, user: int, group: int, permissions: int) -> bytes:
    """An archive of an empty directory, by which its owner and permissions are set."""
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode = tarfile.DIRTYPE, permissions
    entry.uid, entry.gid = user, group
    return _archive(entry, b"")


def one_program(name: str, content: bytes) -> bytes:
    """An archive of an executable file."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o755
    return _archive(entry, content)


def _archive(entry: tarfile.TarInfo, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()
