"""`rollback`: the revision before, or one that is chosen; an INACTIVE one by a copy."""

import json

import pytest

from tests.support.deployed_stack import (
    DIGEST,
    OTHER_DIGEST,
    SERVICE,
    after_update,
    history,
    rollout,
    service,
    service_deployment,
    services,
    task_definition,
    task_definition_arn,
)
from tests.support.quick_clock import QuickClock
from tests.support.recorded_aws import ACCOUNT, REGION, RefusalError

INACTIVE = {1, 2}
STAYS = (
    "It stays so until the next deployment, by the pipeline or by CloudFormation, which brings "
    "what the template says."
)


@pytest.fixture(autouse=True)
def three(aws, monkeypatch):
    """Three revisions, of which CloudFormation has deregistered all but the last."""
    monkeypatch.setattr("serverless_containers.aws_api.ecs_service.time", QuickClock())
    know(aws, 3, inactive=INACTIVE)
    history(
        aws,
        service_deployment(3),
        service_deployment(2, "ROLLBACK_SUCCESSFUL"),
        service_deployment(1),
    )
    aws.answer(
        "DescribeImages", lambda asked: {"imageDetails": [{"imageDigest": DIGEST, **repo(asked)}]}
    )
    aws.answer(
        "RegisterTaskDefinition",
        lambda asked: {"taskDefinition": {**asked_task(asked), "revision": 4}},
    )
    after_update(
        aws,
        service(rollout(4, "IN_PROGRESS"), rollout(3)),
        service(rollout(4, "IN_PROGRESS", counts=(1, 2, 1, 0))),
        service(rollout(4, "COMPLETED")),
    )


def repo(asked):
    return {"repositoryName": asked["repositoryName"]}


def asked_task(asked):
    return {
        "taskDefinitionArn": task_definition_arn(4),
        "family": asked["family"],
        "status": "ACTIVE",
    }


def know(aws, most, *, inactive=()):
    def listed(asked):
        wanted = [n for n in range(1, most + 1) if (n in inactive) == (asked["status"] != "ACTIVE")]
        return {"taskDefinitionArns": [task_definition_arn(n) for n in reversed(wanted)]}

    def described(asked):
        number = int(asked["taskDefinition"].rpartition(":")[2])
        status = "INACTIVE" if number in inactive else "ACTIVE"
        tags = [
            {"key": "Owner", "value": "shop"},
            {"key": "aws:cloudformation:stack-name", "value": "x"},
        ]
        found = {"taskDefinition": task_definition(number, status=status, registeredBy="a/deploy")}
        return {**found, "tags": tags} if asked.get("include") else found

    aws.answer("ListTaskDefinitions", listed)
    aws.answer("DescribeTaskDefinition", described)


def test_the_last_good_revision_before_is_copied_if_it_is_inactive(aws, run):
    result = run("rollback", "--yes")

    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0].startswith("shop-web: from shopdevapi:3 to shopdevapi:1, registered ")
    assert lines[1:3] == [
        "shopdevapi:1 is INACTIVE, which no service takes: a copy of it is registered.",
        STAYS,
    ]
    assert lines[3].startswith("IN_PROGRESS: 1 of 2 running, 1 pending, 0 failed")
    assert lines[-1] == "shop-web runs shopdevapi:4."
    (copy,) = aws.called("RegisterTaskDefinition")
    described = task_definition(1)
    assert copy["containerDefinitions"] == described["containerDefinitions"]
    assert copy["taskRoleArn"] == described["taskRoleArn"]
    assert copy["tags"] == [{"key": "Owner", "value": "shop"}]
    assert "revision" not in copy
    (update,) = aws.called("UpdateService")
    assert update == {
        "cluster": "shop-dev",
        "service": SERVICE,
        "taskDefinition": task_definition_arn(4),
    }


def test_an_active_revision_is_taken_as_it_is(aws, run):
    know(aws, 3)
    after_update(aws, service(rollout(2, "IN_PROGRESS"), rollout(3)))

    result = run("rollback", "--to", "2", "--yes", "--no-wait")

    assert result.exit_code == 0
    assert result.output.splitlines()[-1] == ("The rollback to shopdevapi:2 has begun: ecs-svc/2.")
    assert aws.changes() == ["UpdateService"]
    assert aws.called("UpdateService")[0]["taskDefinition"] == task_definition_arn(2)


def test_without_a_history_the_number_before_is_meant(aws, run):
    aws.deny("ListServiceDeployments")
    know(aws, 3)

    result = run("rollback", "--yes", "--no-wait")

    assert result.exit_code == 0
    assert aws.called("UpdateService")[0]["taskDefinition"] == task_definition_arn(2)


def test_the_list_has_dates_and_who_runs(aws, run):
    result = run("rollback", "--list")

    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.output.splitlines()]
    assert lines[1] == "revision registered deployed outcome tasks state registered by"
    assert lines[2].startswith("3 * ")
    assert lines[2].endswith("SUCCESSFUL 2 ACTIVE deploy")
    assert lines[3].startswith("2 ")
    assert lines[3].endswith("ROLLBACK_SUCCESSFUL INACTIVE deploy")
    assert lines[4].startswith("1 ")
    assert lines[5] == "* what the service is to run"
    assert aws.changes() == []


def test_the_list_is_json_for_programs(run):
    told = json.loads(run("rollback", "--list", "--json").output)

    assert [(each["number"], each["current"]) for each in told["revisions"]] == [
        (3, True),
        (2, False),
        (1, False),
    ]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("3", "shopdevapi:3 is what the service runs"),
        ("9", "there is no revision 9; there are: 2, 1"),
    ],
)
def test_a_revision_that_cannot_be_meant_is_told(aws, run, wanted, words):
    result = run("rollback", "--to", wanted, "--yes")

    assert (result.exit_code, result.stderr) == (1, f"Error: {words}\n")
    assert aws.changes() == []


def test_without_one_before_nothing_happens(aws, run):
    know(aws, 3, inactive={1, 2, 3})
    aws.answer("ListTaskDefinitions", {"taskDefinitionArns": [task_definition_arn(3)]})
    history(aws, service_deployment(3))

    result = run("rollback", "--yes")

    assert result.exit_code == 1
    assert "there is no revision before the current one" in result.stderr
    assert aws.changes() == []


@pytest.mark.parametrize("code", ["ImageNotFoundException", "RepositoryNotFoundException"])
def test_an_image_that_is_gone_is_told_before_anything_changes(aws, run, code):
    aws.answer("DescribeImages", RefusalError(code))

    result = run("rollback", "--yes")

    assert result.exit_code == 1
    assert (
        "nothing was changed, for shopdevapi:1 cannot run: web: "
        f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/shop/web:r1 does not exist any more"
    ) in result.stderr
    assert aws.changes() == []
    # Those of other registries are not AWS's to tell.
    assert aws.called("DescribeImages") == [
        {
            "registryId": ACCOUNT,
            "repositoryName": "shop/web",
            "imageIds": [{"imageTag": "r1"}],
        }
    ]


def test_an_image_by_its_digest_is_looked_for_by_it(aws, run):
    image = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/shop/web@{DIGEST}"
    aws.answer(
        "DescribeTaskDefinition",
        lambda asked: {
            "taskDefinition": task_definition(
                int(asked["taskDefinition"].rpartition(":")[2]), image=image
            )
        },
    )

    assert run("rollback", "--yes", "--no-wait").exit_code == 0
    assert aws.called("DescribeImages")[0]["imageIds"] == [{"imageDigest": DIGEST}]


def test_a_tag_that_was_moved_is_warned_of(aws, run):
    aws.answer("DescribeImages", {"imageDetails": [{"imageDigest": OTHER_DIGEST}]})

    result = run("rollback", "--yes", "--no-wait")

    assert result.exit_code == 0
    assert "is another image by now than that revision ran with" in result.stderr


def test_images_that_cannot_be_looked_for_are_warned_of(aws, run):
    aws.deny("DescribeImages")

    result = run("rollback", "--yes", "--no-wait")

    assert result.exit_code == 0
    assert "could not be looked for: these credentials lack ecr:DescribeImages" in result.stderr


def test_a_copy_names_the_permissions_that_it_needs(aws, run):
    role = f"arn:aws:iam::{ACCOUNT}:role/shop-task"
    aws.deny(
        "RegisterTaskDefinition",
        f"User: arn:aws:iam::1:user/ann is not authorized to perform: iam:PassRole on resource: "
        f"{role} because no identity-based policy allows the iam:PassRole action",
    )

    result = run("rollback", "--yes")

    assert result.exit_code == 1
    assert f"user/ann lacks iam:PassRole on {role}" in result.stderr
    assert (
        "that needs ecs:RegisterTaskDefinition, ecs:TagResource and iam:PassRole on "
        f"{role} and arn:aws:iam::{ACCOUNT}:role/shop-execution"
    ) in result.stderr
    assert aws.called("UpdateService") == []


def test_nobody_to_ask_is_told_and_a_no_changes_nothing(aws, run, monkeypatch):
    result = run("rollback")
    assert result.exit_code == 1
    assert "nobody can be asked here, for this is no terminal; add --yes" in result.stderr

    monkeypatch.setattr("serverless_containers.cli.deployed.can_ask", lambda: True)
    result = run("rollback", answer="n\n")
    assert result.exit_code == 1
    assert "Roll shop-web of shop-dev-api in eu-central-1 back to shopdevapi:1?" in result.stderr
    assert result.stderr.endswith("Nothing was changed.\n")
    assert aws.changes() == []

    assert run("rollback", "--no-wait", answer="y\n").exit_code == 0
    assert aws.changes() == ["RegisterTaskDefinition", "UpdateService"]


def test_a_rollback_that_fails_says_why(aws, run):
    failed = rollout(4, "FAILED", rolloutStateReason="tasks failed to start.")
    after_update(aws, service(rollout(4, "IN_PROGRESS")), service(failed))

    result = run("rollback", "--yes")

    assert result.exit_code == 1
    assert "the rollback of shop-dev/shop-web failed: tasks failed to start." in result.stderr


def test_ctrl_c_leaves_the_rollback_to_aws(run, monkeypatch):
    def interrupted(_seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr("serverless_containers.aws_api.ecs_service.time.sleep", interrupted)

    result = run("rollback", "--yes")

    assert result.exit_code == 130
    assert result.stderr == "Interrupted: the rollback goes on in AWS.\n"


def test_what_another_controller_deploys_is_left_to_it(aws, run):
    found = service(deploymentController={"type": "CODE_DEPLOY"})
    aws.answer("DescribeServices", services(found))

    result = run("rollback", "--yes")

    assert result.exit_code == 1
    assert "shop-web is deployed by CODE_DEPLOY" in result.stderr


def test_json_tells_what_was_done(run):
    result = run("rollback", "--yes", "--json")

    assert json.loads(result.stdout) == {
        "service": SERVICE,
        "from": task_definition_arn(3),
        "to": task_definition_arn(4),
        "copyOf": task_definition_arn(1),
        "deployment": "ecs-svc/4",
        "waited": True,
    }
    assert STAYS in result.stderr


def test_a_revision_that_is_not_described_is_left_out_with_a_line(aws, run):
    def described(asked):
        number = int(asked["taskDefinition"].rpartition(":")[2])
        if number == 2:
            return RefusalError("ClientException", "Unable to describe task definition.")
        return {"taskDefinition": task_definition(number)}

    aws.answer("DescribeTaskDefinition", described)

    result = run("rollback", "--list", "--json")

    assert result.exit_code == 0
    assert "Warning: shopdevapi:2 is left out: ecs:DescribeTaskDefinition failed: Unable to" in (
        result.stderr
    )
    assert [each["number"] for each in json.loads(result.stdout)["revisions"]] == [3, 1]


def test_the_current_revision_may_be_about_to_be_deleted(aws, run):
    def described(asked):
        number = int(asked["taskDefinition"].rpartition(":")[2])
        status = "DELETE_IN_PROGRESS" if number > 1 else "ACTIVE"
        return {"taskDefinition": task_definition(number, status=status)}

    aws.answer("DescribeTaskDefinition", described)

    result = run("rollback", "--yes", "--no-wait", "--json")

    assert result.exit_code == 0
    assert json.loads(result.stdout)["from"] == task_definition_arn(3)
    assert json.loads(result.stdout)["to"] == task_definition_arn(1)
