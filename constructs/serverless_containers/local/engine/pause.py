"""The image of the container that holds a task's network: a program that only waits.

The containers of a task share the network namespace of this one, so that none of them takes it
along when it ends. The program is written here, instruction by instruction: an image from a
registry would have to be fetched, and no image can be relied upon to hold a program that waits.
"""

import struct
from typing import Final

from serverless_containers.local.engine.client import LABEL, Engine, EngineError, one_program

_BASE = 0x400000
_HEADERS = 64 + 56
# pause(2), again and again.
_AMD64 = bytes.fromhex("b822000000 0f05 ebf7".replace(" ", ""))
# ppoll(2) without files or a time: this architecture has no pause(2).
_ARM64 = struct.pack(
    "<8I",
    *(0xD2800000 | register for register in range(5)),
    0xD2800000 | 73 << 5 | 8,
    0xD4000001,
    0x17FFFFF9,
)
_MACHINES: Final = {"amd64": (62, _AMD64), "arm64": (183, _ARM64)}


def make_pause_image(engine: Engine) -> None:
    """Give the engine the image, under the name that this run has for it.

    Raises:
        EngineError: If the engine refuses, or runs images for neither amd64 nor arm64.
    """
    platform = engine.platform()
    if platform not in _MACHINES:
        raise EngineError(f"it runs images for {platform}, and tasks run on amd64 and arm64 only")
    archive = one_program("pause", program(platform))
    label = f'LABEL "{LABEL}"="{engine.run}"'
    engine.import_image(archive, engine.pause_image, ['ENTRYPOINT ["/pause"]', label])


def program(platform: str) -> bytes:
    """A static executable for Linux that only waits.

    Raises:
        KeyError: If there is none for that processor.
    """
    machine, code = _MACHINES[platform]
    size = _HEADERS + len(code)
    header = struct.pack(
        "<16sHHIQQQIHHHHHH",
        b"\x7fELF\x02\x01\x01" + bytes(9),
        *(2, machine, 1, _BASE + _HEADERS, 64, 0, 0, 64, 56, 1, 64, 0, 0),
    )
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, _BASE, _BASE, size, size, 0x1000)
    return header + segment + code
