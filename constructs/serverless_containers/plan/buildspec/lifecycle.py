"""The lifecycle rules by which ECR keeps images.

The rules rest on "Automate the cleanup of images by using lifecycle policies", Amazon ECR User
Guide: an image that matches the tags of a rule is never expired by a rule of lower priority,
whether that first rule expires it or not. Age counts from the push of an image, which a new tag for
it does not change (aws/containers-roadmap, issue 2746): the build gives each tag its own image.
"""

from dataclasses import dataclass
from typing import Any

LIVE = "live"
"""The image that runs while a new one is released: the one that a failed release goes back to."""
ROLLING = "rolling"
"""The image of a rollout that was still under way then; otherwise the same as ``live``."""
DEPLOYED = "deployed"
"""The image of the task definition that CloudFormation made last: the one that a deployment which
fails goes back to, whatever a pipeline has rolled out since."""
LATEST = "latest"
"""The image of the newest run, which is the newest that anything may be about to start."""

MOVING_TAGS = (LIVE, ROLLING, DEPLOYED, LATEST)
"""The tags that move from image to image. All others are immutable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleRule:
    """One rule of a lifecycle policy.

    Attributes:
        priority: Its place in the order; 1 is first.
        description: What it is for.
        tag_status: ``tagged``, ``untagged`` or ``any``.
        tag: The one tag that it selects, if it selects by tag.
        max_count: How many images are kept, the newest ones.
        max_age_days: How many days after their push images are kept.
    """

    priority: int
    description: str
    tag_status: str
    tag: str | None = None
    max_count: int | None = None
    max_age_days: int | None = None

    def to_policy(self) -> dict[str, Any]:
        """The rule as ECR's policy text has it."""
        selection: dict[str, Any] = {"tagStatus": self.tag_status}
        if self.tag is not None:
            selection["tagPatternList"] = [self.tag]
        if self.max_count is not None:
            selection |= {"countType": "imageCountMoreThan", "countNumber": self.max_count}
        if self.max_age_days is not None:
            selection |= {
                "countType": "sinceImagePushed",
                "countUnit": "days",
                "countNumber": self.max_age_days,
            }
        return {
            "rulePriority": self.priority,
            "description": self.description,
            "selection": selection,
            "action": {"type": "expire"},
        }


def lifecycle_rules(
    *, retention_days: int = 7, untagged_days: int = 1
) -> tuple[LifecycleRule, ...]:
    """The rules of a repository that the pipeline pushes to.

    Args:
        retention_days: How long an image is kept that none of the moving tags names.
        untagged_days: How long one is kept that has no tag at all.
    """
    # A pattern without a wildcard matches that tag alone, and a tag names one image: keeping one
    # of them keeps it for ever.
    kept = tuple(
        LifecycleRule(
            priority=place,
            description=f"Keep the image tagged {tag}",
            tag_status="tagged",
            tag=tag,
            max_count=1,
        )
        for place, tag in enumerate(MOVING_TAGS, start=1)
    )
    return (
        *kept,
        LifecycleRule(
            priority=len(kept) + 1,
            description=f"Expire images without a tag after {untagged_days} d",
            tag_status="untagged",
            max_age_days=untagged_days,
        ),
        LifecycleRule(
            priority=len(kept) + 2,
            description=f"Expire other images after {retention_days} d",
            tag_status="any",
            max_age_days=retention_days,
        ),
    )


def lifecycle_policy(
    *, retention_days: int = 7, untagged_days: int = 1
) -> dict[str, list[dict[str, Any]]]:
    """The same rules as the policy text of a repository, before it is made JSON."""
    rules = lifecycle_rules(retention_days=retention_days, untagged_days=untagged_days)
    return {"rules": [rule.to_policy() for rule in rules]}
