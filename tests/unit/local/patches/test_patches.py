"""The patches belong to one version of MiniStack, and say so."""

import pytest

from serverless_containers.local import patches
from serverless_containers.local.patches import (
    ENGINE_TOPICS,
    PINNED,
    TOPICS,
    PatchError,
    check_version,
)
from serverless_containers.local.patches.private import derived_id, private, succeeded, to_api


def test_the_pinned_version_is_accepted():
    check_version(PINNED)


def test_another_version_is_one_line_that_says_what_to_install():
    with pytest.raises(PatchError) as raised:
        check_version("1.6.0")
    assert str(raised.value) == (
        f"MiniStack 1.6.0 is installed, and the patches are for {PINNED}: "
        f"pip install ministack=={PINNED}"
    )


@pytest.mark.parametrize(
    "topic", [*TOPICS, *ENGINE_TOPICS], ids=lambda topic: topic.__name__.rpartition(".")[2]
)
def test_every_private_name_of_a_topic_exists(topic):
    assert topic.PRIVATE
    for name in topic.PRIVATE:
        private(name)


def test_a_name_that_is_gone_is_told_before_anything_is_patched(monkeypatch):
    applied = []
    monkeypatch.setattr(patches.waf, "PRIVATE", ("ministack.app:_NO_SUCH_NAME",))
    monkeypatch.setattr(patches.attributes, "apply", lambda: applied.append("attributes"))
    with pytest.raises(PatchError, match=r"MiniStack has no ministack\.app\._NO_SUCH_NAME"):
        patches.apply_patches.__wrapped__()
    assert applied == []


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
