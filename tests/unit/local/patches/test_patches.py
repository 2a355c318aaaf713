"""The patches belong to one release of MiniStack, and say what another one has changed."""

import sys
from types import ModuleType

import pytest

from serverless_containers.local import patches
from serverless_containers.local.ministack import declared
from serverless_containers.local.ministack.declared import (
    PINNED,
    PatchError,
    check_version,
    module,
    patch,
    patch_handler,
    patch_value,
)
from serverless_containers.local.patches.cloudformation import to_api
from serverless_containers.local.resource_types.recorded import derived_id
from serverless_containers.local.resource_types.responses import succeeded


def test_the_pinned_version_is_accepted():
    check_version(PINNED)


def test_another_version_is_one_line_that_says_what_to_install():
    with pytest.raises(PatchError) as raised:
        check_version("1.6.0")
    assert str(raised.value) == (
        f"MiniStack 1.6.0 is installed, and the patches are for {PINNED}: "
        f"pip install ministack=={PINNED}"
    )


@pytest.mark.parametrize("place", declared._forms)
def test_every_private_name_that_is_used_exists_in_its_form(place):
    assert declared._difference(place, declared._forms[place]) == ""


@pytest.mark.parametrize("topic", patches.TOPICS, ids=lambda topic: topic.__name__)
def test_every_topic_patches_names_that_exist_in_their_form(topic):
    assert declared._patches[topic.__name__]


def test_nothing_that_is_used_or_patched_differs():
    assert patches.differences() == []


def test_whatever_declares_patches_is_a_topic():
    names = {topic.__name__ for topic in patches.TOPICS}
    assert {name for name in declared._patches if name.startswith("serverless_")} == names
    assert set(declared._values) <= names


@pytest.fixture
def declarations(monkeypatch):
    """Declare without an effect on the other tests."""
    monkeypatch.setattr(declared, "_forms", dict(declared._forms))
    monkeypatch.setattr(declared, "_shipped", dict(declared._shipped))
    for name in ("_patches", "_values"):
        table = getattr(declared, name)
        monkeypatch.setattr(declared, name, table.copy())


class Changed:
    """A release in which much has changed, as it was before."""

    _gone: int
    _typed: str

    def _named(self, old_name: str) -> None: ...
    def _more(self, one: str) -> None: ...
    def _kept(self, one: str, two: int = ..., *, three: str = "3") -> None: ...


@pytest.fixture
def release(monkeypatch, declarations):  # noqa: ARG001  # they are put back
    """A MiniStack of another release."""
    other = ModuleType("other_release")
    other._typed = 1
    other._named = lambda new_name: new_name
    other._more = lambda one, two: (one, two)
    other._kept = lambda one, two=2, *, three="3": (one, two, three)
    other._patched = lambda one, two, three=3: (one, two, three)
    other._empty = {}
    other._table = {"patched": other._patched, "deep": {"patched": other._patched}}
    monkeypatch.setitem(sys.modules, "other_release", other)
    return other


def test_all_that_a_release_has_changed_is_told_at_once_before_anything_is_patched(
    monkeypatch,
    release,  # noqa: ARG001  # it stands for MiniStack
):
    applied = []
    monkeypatch.setattr(declared, "apply", lambda *_: applied.append("patches"))
    monkeypatch.setattr(patches.resource_types, "register", lambda: applied.append("types"))
    module("other_release", Changed)
    patch("ministack.app:_NO_SUCH_NAME")(lambda shipped: shipped)
    patch("other_release:_patched")(
        lambda shipped, one, second, *more: (shipped, one, second, more)
    )
    patch_handler("create", "AWS::No::Such")(lambda shipped, logical_id: (shipped, logical_id))
    patch_handler("update", "AWS::ECS::Service")(
        lambda shipped, physical, *rest: (shipped, physical, rest)
    )
    patch_value(__name__, "other_release:_typed", value="text")

    async def asynchronous(_shipped, one, *_):
        return one

    patch("other_release:_patched", table="other_release:_empty")(asynchronous)
    with pytest.raises(
        PatchError, match=r"MiniStack has no ministack\.app\._NO_SUCH_NAME"
    ) as raised:
        patches.apply_patches.__wrapped__()
    assert applied == []
    assert str(raised.value).splitlines() == [
        "MiniStack has no handler AWS::No::Such create",
        "MiniStack has no ministack.app._NO_SUCH_NAME",
        "MiniStack has no other_release._gone",
        "handler AWS::ECS::Service update takes (physical_id, old_props, new_props, stack_name), "
        "and took (physical, *rest)",
        "other_release._empty does not hold other_release._patched",
        "other_release._more takes (one, two), and took (one)",
        "other_release._named takes (new_name), and took (old_name)",
        "other_release._patched is no longer a coroutine function",
        "other_release._patched takes (one, two, three=3), and took (one, second, *more)",
        "other_release._typed is of type int, and was of str",
    ]


def test_a_patch_is_given_what_was_there_and_takes_its_place_in_tables_as_well(release):
    before = release._patched

    @patch("other_release:_patched", table="other_release:_table")
    def patched(shipped, one, *arguments):
        return shipped(f"patched {one}", *arguments)

    @patch("other_release:_patched", engine=True)
    def at_engine(shipped, runtime, one, two, three=3):
        return shipped(f"{runtime} {one}", two, three)

    declared.apply([sys.modules[__name__]])
    assert release._patched("1", 2) == ("patched 1", 2, 3)
    assert release._table["patched"] is release._table["deep"]["patched"] is release._patched
    declared.apply([sys.modules[__name__]], "runtime")
    assert release._patched("1", 2, three=4) == ("patched runtime 1", 2, 4)
    assert declared.shipped("other_release:_patched") is before


def test_a_name_that_is_not_declared_is_not_there(release):  # noqa: ARG001
    other = module("other_release", Changed)
    assert other._kept("1") == ("1", 2, "3")
    with pytest.raises(AttributeError, match=r"^other_release\._table is not declared$"):
        _ = other._table


def test_a_refusal_of_a_service_becomes_the_failure_of_the_resource():
    with pytest.raises(ValueError, match=r"^AWS::A::B: no such thing$"):
        succeeded((404, {}, b"no such thing"), "AWS::A::B")


def test_ids_are_the_same_in_each_run_and_differ_by_their_parts():
    assert derived_id("x-", "a", "b") == derived_id("x-", "a", "b")
    assert derived_id("x-", "a", "b") != derived_id("x-", "ab", "")


def test_keys_become_the_apis_and_the_users_own_keys_stay():
    assert to_api(
        {
            "LogConfiguration": {"LogDriver": "awslogs", "Options": {"Awslogs-Group": "g"}},
            "DockerLabels": {"Some.Label": "x"},
            "DependsOn": [{"ContainerName": "a", "Condition": "HEALTHY"}],
            "EFSVolumeConfiguration": {"FilesystemId": "fs-1"},
        }
    ) == {
        "logConfiguration": {"logDriver": "awslogs", "options": {"Awslogs-Group": "g"}},
        "dockerLabels": {"Some.Label": "x"},
        "dependsOn": [{"containerName": "a", "condition": "HEALTHY"}],
        "efsVolumeConfiguration": {"fileSystemId": "fs-1"},
    }
