"""What ECR keeps while releases succeed, fail, are taken back, and days pass.

``evaluate`` is ECR's lifecycle evaluation as its user guide describes it; ``Pipeline`` moves tags
as ``steps.sh`` does, which the tests that run it for real hold.
"""

import fnmatch
from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from serverless_containers.plan.buildspec import MOVING_TAGS, lifecycle_policy, lifecycle_rules

DAY = 24.0


@dataclass(eq=False)
class Image:
    pushed: float
    tags: set[str] = field(default_factory=set)


def matches(selection, image):
    """Whether an image has the tags that a rule asks for: all patterns, and no count yet."""
    status = selection["tagStatus"]
    if status == "tagged":
        return all(
            any(fnmatch.fnmatchcase(tag, pattern) for tag in image.tags)
            for pattern in selection["tagPatternList"]
        )
    return status == "any" or not image.tags


def evaluate(policy, images, now):
    """The images that expire.

    All rules are evaluated together. An image that matches the tags of a rule cannot be expired by
    one of lower priority, and one of lower priority still counts it.
    """
    expired, claimed = [], set()
    for each in sorted(policy["rules"], key=lambda each: each["rulePriority"]):
        selection = each["selection"]
        matching = [image for image in images if matches(selection, image)]
        youngest_first = sorted(matching, key=lambda image: image.pushed, reverse=True)
        if selection["countType"] == "imageCountMoreThan":
            too_many = youngest_first[selection["countNumber"] :]
        else:
            assert selection["countUnit"] == "days"
            age = selection["countNumber"] * DAY
            too_many = [image for image in matching if now - image.pushed > age]
        expired.extend(image for image in too_many if id(image) not in claimed)
        if selection["tagStatus"] != "any":
            claimed.update(map(id, matching))
    return expired


class Releases(RuleBasedStateMachine):
    """One repository and the service that runs its images."""

    def __init__(self):
        super().__init__()
        self.policy = lifecycle_policy()
        self.now = 0.0
        self.images = []
        self.running = None  # of the deployment that has completed
        self.rolling = None  # of the one that is under way
        self.newest = None
        self.builds = 0

    def tagged(self, tag):
        return next((image for image in self.images if tag in image.tags), None)

    def move(self, tag, image):
        for each in self.images:
            each.tags.discard(tag)
        image.tags.add(tag)

    def keep_running(self):
        if self.running or self.rolling:
            self.move("live", self.running or self.rolling)
            self.move("rolling", self.rolling or self.running)

    def push(self, tag, image):
        if image not in self.images:
            self.images.append(image)
        image.tags.add(tag)

    def publish(self, image):
        self.move("latest", image)
        self.newest = image

    def release(self, image, outcome):
        # A newer rollout takes the place of one that is under way.
        self.rolling = image if outcome == "under way" else None
        if outcome == "succeeds":
            self.running = image

    outcomes = st.sampled_from(["succeeds", "fails", "under way"])

    @initialize(outcome=outcomes)
    def first(self, outcome):
        self.build(outcome)

    @rule(outcome=outcomes)
    def build(self, outcome):
        self.builds += 1
        self.keep_running()
        image = Image(self.now)
        self.push(f"source-{self.builds}", image)
        self.publish(image)
        self.release(image, outcome)

    @rule(outcome=outcomes, which=st.integers(0, 9))
    def revert_the_source(self, outcome, which):
        """An earlier source again: its tag exists, or is built anew."""
        tag = f"source-{which % max(self.builds, 1) + 1}"
        image = self.tagged(tag) or Image(self.now)
        self.keep_running()
        self.push(tag, image)
        self.publish(image)
        self.release(image, outcome)

    @rule()
    def fail_to_push(self):
        """The build ends after the running image was marked."""
        self.keep_running()

    @rule()
    def fail_after_the_push(self):
        """The image is there, and is never released."""
        self.builds += 1
        self.keep_running()
        image = Image(self.now)
        self.push(f"source-{self.builds}", image)
        self.publish(image)

    @rule()
    def push_without_a_tag(self):
        """A push that was broken off."""
        self.images.append(Image(self.now))

    @rule(succeeds=st.booleans())
    @precondition(lambda self: self.rolling is not None)
    def end_the_rollout(self, succeeds):
        if succeeds:
            self.running = self.rolling
        self.rolling = None

    @rule(which=st.integers(0, 9))
    @precondition(lambda self: self.images)
    def roll_back_by_hand(self, which):
        """As the README says: mark the image first, then let the service run it."""
        image = self.images[which % len(self.images)]
        self.move("live", image)
        self.running, self.rolling = image, None

    @rule(hours=st.sampled_from([1.0, DAY, 6.5 * DAY, 8 * DAY]))
    def time_passes(self, hours):
        self.now += hours
        self.before = list(self.images)
        for image in evaluate(self.policy, self.images, self.now):
            self.images.remove(image)
        for image in self.images:
            young = self.now - image.pushed <= (7 if image.tags else 1) * DAY
            assert young or image.tags & set(MOVING_TAGS), "an old image stays"

    @invariant()
    def nothing_is_lost(self):
        for image in (self.running, self.rolling, self.newest):
            assert image is None or image in self.images
        for image in getattr(self, "before", ()):
            if image.tags and self.now - image.pushed <= 7 * DAY:
                assert image in self.images


TestReleases = Releases.TestCase
TestReleases.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)


def test_a_rollout_under_way_outlives_a_release_that_never_comes():
    """What only the tag ``rolling`` holds, and chance rarely finds."""
    releases = Releases()
    releases.build("succeeds")
    releases.build("under way")
    releases.time_passes(8 * DAY)
    releases.fail_after_the_push()
    releases.time_passes(1.0)
    releases.nothing_is_lost()


def test_the_rules():
    kept = [rule.tag for rule in lifecycle_rules() if rule.tag]
    assert kept == ["live", "rolling", "deployed", "latest"] == list(MOVING_TAGS)
    policy = lifecycle_policy(retention_days=14, untagged_days=2)["rules"]
    priorities = [rule["rulePriority"] for rule in policy]
    assert priorities == sorted(set(priorities))
    assert policy[0]["selection"] == {
        "tagStatus": "tagged",
        "tagPatternList": ["live"],
        "countType": "imageCountMoreThan",
        "countNumber": 1,
    }
    # "any" has to come last
    assert [rule["selection"] for rule in policy[-2:]] == [
        {
            "tagStatus": status,
            "countType": "sinceImagePushed",
            "countUnit": "days",
            "countNumber": days,
        }
        for status, days in [("untagged", 2), ("any", 14)]
    ]


@pytest.mark.parametrize("tag", MOVING_TAGS)
def test_the_model_lets_an_unprotected_image_go(tag):
    image = Image(0.0, {"source-1", tag})
    policy = lifecycle_policy()
    assert evaluate(policy, [image], 100 * DAY) == []
    policy["rules"] = [
        each for each in policy["rules"] if each["selection"].get("tagPatternList") != [tag]
    ]
    assert evaluate(policy, [image], 100 * DAY) == [image]
