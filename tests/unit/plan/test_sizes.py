import pytest

from serverless_containers.plan import FARGATE_SIZES, TaskSize
from serverless_containers.plan.sizes import alternatives, nearest, smallest_holding


def test_every_size_of_the_developer_guide_is_there():
    # GIVEN the table of task sizes: 3 + 4 + 7 + 13 + 23 + 12 + 12 + 3 pairs
    # THEN
    assert len(FARGATE_SIZES) == 77
    assert len(set(FARGATE_SIZES)) == 77


@pytest.mark.parametrize(
    ("cpu", "memory"),
    [(256, 2048), (512, 4096), (1024, 8192), (2048, 16384), (4096, 30720), (8192, 20480),
     (16384, 122880), (32768, 249856)],
)  # fmt: skip
def test_the_edges_of_each_row_are_valid(cpu, memory):
    assert TaskSize(cpu, memory) in FARGATE_SIZES


@pytest.mark.parametrize(
    ("cpu", "memory"),
    [(256, 3072), (512, 512), (1024, 1024), (8192, 17408), (16384, 33792), (128, 512)],
)
def test_a_size_between_the_rows_is_not(cpu, memory):
    assert TaskSize(cpu, memory) not in FARGATE_SIZES


@pytest.mark.parametrize(
    ("needed", "size"),
    [
        ((1, 1), (256, 512)),
        ((256, 513), (256, 1024)),
        ((256, 2049), (512, 3072)),
        ((257, 512), (512, 1024)),
        ((4096, 30721), (8192, 32768)),
        ((16385, 1), (32768, 61440)),
    ],
)
def test_the_smallest_size_that_holds_both(needed, size):
    assert smallest_holding(*needed) == TaskSize(*size)


def test_nothing_holds_more_than_the_largest():
    assert smallest_holding(32769, 1) is None
    assert smallest_holding(1, 249857) is None


@pytest.mark.parametrize(
    ("asked", "suggested"),
    [
        ((512, 512), [(256, 512), (512, 1024)]),
        ((256, 3000), [(256, 2048), (512, 3072)]),
        ((100, 100), [(256, 512)]),
        ((99999, 999999), [(32768, 249856)]),
    ],
)
def test_the_nearest_sizes_are_suggested(asked, suggested):
    assert nearest(*asked) == tuple(TaskSize(*size) for size in suggested)


def test_suggestions_read_like_a_sentence():
    assert (
        alternatives([TaskSize(256, 512), TaskSize(512, 1024)])
        == "cpu 256 with memory 512 or cpu 512 with memory 1024"
    )
