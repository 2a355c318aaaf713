"""The task sizes that Fargate sells, and the one that a task needs.

The pairs are those of "Task definition parameters for Amazon ECS for Fargate", section Task size,
in the Amazon ECS Developer Guide.
"""

from collections.abc import Iterable
from dataclasses import dataclass

CPU_UNITS_PER_VCPU = 1024

_MEMORY_MIB: dict[int, tuple[int, ...]] = {
    256: (512, 1024, 2048),
    512: tuple(range(1024, 4096 + 1, 1024)),
    1024: tuple(range(2048, 8192 + 1, 1024)),
    2048: tuple(range(4096, 16384 + 1, 1024)),
    4096: tuple(range(8192, 30720 + 1, 1024)),
    8192: tuple(range(16384, 61440 + 1, 4096)),
    16384: tuple(range(32768, 122880 + 1, 8192)),
    32768: (61440, 122880, 249856),
}


@dataclass(frozen=True, slots=True, order=True)
class TaskSize:
    """The CPU and memory of a whole task.

    Attributes:
        cpu: CPU units; 1024 are one vCPU.
        memory_mib: Memory in MiB.
    """

    cpu: int
    memory_mib: int

    def __str__(self) -> str:
        return f"{self.cpu}/{self.memory_mib}"


FARGATE_SIZES: tuple[TaskSize, ...] = tuple(
    TaskSize(cpu, memory) for cpu, memories in _MEMORY_MIB.items() for memory in memories
)
"""Every valid size, from the smallest CPU and memory upwards."""

LARGEST = FARGATE_SIZES[-1]


def smallest_holding(cpu: int, memory_mib: int) -> TaskSize | None:
    """The smallest valid size with at least this much of both, or None if there is none."""
    for size in FARGATE_SIZES:
        if size.cpu >= cpu and size.memory_mib >= memory_mib:
            return size
    return None


def nearest(cpu: int, memory_mib: int) -> tuple[TaskSize, ...]:
    """The valid sizes to suggest for an invalid pair: the next one below and the next one above.

    "Below" keeps within both numbers that were given, "above" reaches both.
    """
    below = [size for size in FARGATE_SIZES if size.cpu <= cpu and size.memory_mib <= memory_mib]
    above = smallest_holding(cpu, memory_mib)
    suggestions = [below[-1]] if below else []
    if above is not None and above not in suggestions:
        suggestions.append(above)
    return tuple(suggestions) or (LARGEST,)


def alternatives(sizes: Iterable[TaskSize]) -> str:
    """Sizes as an error message lists them: ``cpu 256 with memory 1024, or ...``."""
    return " or ".join(f"cpu {size.cpu} with memory {size.memory_mib}" for size in sizes)
