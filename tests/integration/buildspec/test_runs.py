"""The buildspec, run by a shell with a real Docker engine against a real registry."""

import json
from pathlib import Path

import pytest

from serverless_containers.findings import Findings
from serverless_containers.plan import PlanOptions
from serverless_containers.plan.buildspec import BuildspecOptions, plan_images
from serverless_containers.plan.source import plan_source
from tests.support.container_engine import HOST, TOKEN
from tests.support.pipeline_run import BASE, definitions
from tests.support.thorough import thoroughly

pytestmark = pytest.mark.local

SAMPLE = Path(__file__).parents[3] / "container_src"


@pytest.mark.parametrize("shell", ["dash", *thoroughly("bash")])
def test_the_sample_application(engine, start, shell):
    plan = plan_source(SAMPLE, PlanOptions(), Findings())
    pipeline = start(SAMPLE, plan_images(plan.containers, SAMPLE, findings := Findings()))
    assert not list(findings)
    run = pipeline.run(shell=shell)

    assert run.succeeded, run.log
    assert run.exported == {"IMAGE_TAG": "a1", "OWNER": "cloudformation"}
    by_service = {
        build.service: f"{HOST}/{name}:a1"
        for build, name in zip(pipeline.builds, pipeline.repositories, strict=True)
    }
    assert definitions(run) == [
        {"name": build.service, "imageUri": by_service[build.service]} for build in pipeline.builds
    ]
    (signal,) = pipeline.handle.signals
    assert signal == {
        "Status": "SUCCESS",
        "UniqueId": "shop:1",
        "Data": "a1",
        "Reason": "The images are in ECR.",
    }
    for number in (1, 2):
        tags = pipeline.tags(number)
        assert set(tags) == {"a1", "latest"}
        assert tags["a1"] == tags["latest"]

    engine.docker("image", "rm", "--force", *by_service.values())
    for image in by_service.values():
        engine.docker("pull", "--quiet", image)
    (express,) = json.loads(engine.docker("image", "inspect", by_service["express"]))
    assert (express["Os"], express["Architecture"]) == ("linux", "amd64")
    assert express["Config"]["User"] == "node"
    assert express["Config"]["Cmd"] == [
        "node",
        "--import",
        "/app/src/tracing.js",
        "src/server.js",
    ]
    assert list(express["Config"]["ExposedPorts"]) == ["8080/tcp"]
    assert express["Config"]["Healthcheck"]["Test"] == ["CMD", "node", "/app/src/healthcheck.js"]

    def show(service, path):
        return engine.docker(
            "run", "--rm", "--network", "none", "--user", "0", by_service[service], "cat", path
        )

    assert show("express", "/app/src/server.js") == (SAMPLE / "express/src/server.js").read_text(
    ).strip()  # fmt: skip
    assert show("express", "/app/node_modules/express/made").startswith("npm ci --omit=dev")
    assert show("python", "/app/server.py") == (SAMPLE / "python/server.py").read_text().strip()
    assert show("python", "/made").endswith("-r requirements.txt")


@pytest.mark.thorough
def test_a_second_release_marks_what_runs_and_builds_from_the_cache(engine, two):
    first = two.run()
    assert first.succeeded, first.log
    two.has_cluster()
    two.runs_service("a1")
    two.stack_is("UPDATE_COMPLETE")
    engine.docker("builder", "prune", "--all", "--force")
    (two.source / "web" / "page").write_text("new")

    run = two.run(SOURCE_TAG="b2")
    assert run.succeeded, run.log
    assert run.exported == {"IMAGE_TAG": "b2", "OWNER": "pipeline"}
    assert len(two.handle.signals) == 1  # the first run's
    web = two.tags(1)
    assert web["live"] == web["rolling"] == web["a1"] != web["b2"]
    assert web["latest"] == web["b2"]
    assert "CACHED" in run.log
    # the running image is marked before anything new is in the repository
    order = [tag for name, tag, _ in two.images.put if name == two.repositories[0]]
    assert order == ["latest", "live", "rolling", "latest"]


@pytest.mark.thorough
def test_a_rollout_under_way_keeps_both_images(two):
    two.run()
    two.run(SOURCE_TAG="b2", FORCE_REBUILD="true")
    stable = "arn:aws:ecs:eu-west-1:123456789012:task-definition/stable:1"
    two.has_cluster()
    two.runs_service("a1", family="stable")
    two.runs_service("b2-2", family="next")
    ask = two.aws.client("ecs").describe_services

    def while_rolling(**parameters):
        answer = ask(**parameters)
        (service,) = answer["services"]
        service["deployments"] = [
            {"taskDefinition": service["taskDefinition"], "rolloutState": "IN_PROGRESS"},
            {"taskDefinition": stable, "rolloutState": "COMPLETED"},
        ]
        return answer

    two.aws.client("ecs").describe_services = while_rolling
    run = two.run(SOURCE_TAG="c3")
    assert run.succeeded, run.log
    tags = two.tags(1)
    assert (tags["live"], tags["rolling"]) == (tags["a1"], tags["b2-2"])


def test_a_source_that_is_built_already_builds_nothing_and_signals(two):
    two.run()
    two.run(SOURCE_TAG="b2", FORCE_REBUILD="true")
    assert two.tags(1)["latest"] == two.tags(1)["b2-2"]
    run = two.run(BuildspecOptions(before_build=("false",), after_build=("false",)))
    assert run.succeeded, run.log
    assert "docker build" not in run.log
    assert "docker push" not in run.log
    assert definitions(run)[0]["imageUri"].endswith(":a1")
    assert [signal["Data"] for signal in two.handle.signals] == ["a1", "b2-2", "a1"]
    # it is the newest release again, whatever its age
    assert two.tags(1)["latest"] == two.tags(1)["a1"]


@pytest.mark.thorough
def test_only_what_is_missing_is_built(two, engine):
    engine.docker("tag", BASE, f"{HOST}/{two.repositories[0]}:a1")
    engine.docker("push", f"{HOST}/{two.repositories[0]}:a1")
    before = two.tags(1)["a1"]
    run = two.run()
    assert run.succeeded, run.log
    assert run.log.count("+ docker build") == 1
    assert two.tags(1)["a1"] == before == two.tags(1)["latest"]
    assert set(two.tags(2)) == {"a1", "latest"}


@pytest.mark.thorough
def test_each_tag_is_an_image_of_its_own_although_nothing_was_changed(two, engine):
    two.run()
    run = two.run(SOURCE_TAG="b2")
    assert run.succeeded, run.log
    assert two.tags(1)["a1"] != two.tags(1)["b2"]
    for tag in ("a1", "b2"):
        image = f"{HOST}/{two.repositories[0]}:{tag}"
        labels = engine.docker("image", "inspect", "--format", "{{json .Config.Labels}}", image)
        assert json.loads(labels) == {"serverless-containers.tag": tag}


@pytest.mark.thorough
def test_a_forced_rebuild_takes_a_new_tag(two):
    two.run()
    run = two.run(FORCE_REBUILD="true")
    assert run.succeeded, run.log
    assert run.exported["IMAGE_TAG"] == "a1-2"
    assert "--no-cache" in run.log
    assert set(two.tags(1)) == {"a1", "a1-2", "latest"}


def test_a_commit_is_the_tag_and_goes_to_a_parameter(two):
    run = two.run(
        SOURCE_TAG="",
        CODEBUILD_RESOLVED_SOURCE_VERSION="0123456789abcdef0123456789abcdef01234567",
        TAG_PARAMETER="/shop/dev/tag",
    )
    assert run.succeeded, run.log
    assert run.exported["IMAGE_TAG"] == "0123456789ab"
    value = two.aws.client("ssm").get_parameter(Name="/shop/dev/tag")["Parameter"]["Value"]
    assert value == "0123456789ab"


def test_a_push_that_leaves_the_folder_as_it_is_rolls_nothing_out(two):
    two.has_cluster()
    two.stack_is("UPDATE_COMPLETE")

    def push(commit):
        run = two.run(
            BuildspecOptions(tag_by_content=True),
            SOURCE_TAG="",
            CODEBUILD_RESOLVED_SOURCE_VERSION=commit * 40,
            TAG_PARAMETER="/shop/dev/tag",
        )
        assert run.succeeded, run.log
        return run

    tag = push("1").exported["IMAGE_TAG"]
    two.runs_service(tag)
    again = push("2")
    assert again.exported == {"IMAGE_TAG": tag, "OWNER": "nobody"}
    assert "docker build" not in again.log
    (two.source / "web" / "page").write_text("new")
    changed = push("3")
    assert changed.exported["OWNER"] == "pipeline"
    assert changed.exported["IMAGE_TAG"] != tag


@pytest.mark.thorough
@pytest.mark.parametrize("scan", [(), ("false",)], ids=["rollout failed", "build failed"])
def test_a_pipeline_that_is_restarted_as_it_is_put_back_rolls_nothing_out(two, scan):
    # GIVEN a service whose stack went back to it, after a release that failed
    two.has_cluster()
    assert two.run().succeeded
    two.runs_service("a1")
    two.stack_is("UPDATE_IN_PROGRESS")
    release = two.run(BuildspecOptions(scan=scan), SOURCE_TAG="b2")
    assert release.succeeded is not bool(scan)
    two.stack_is("UPDATE_ROLLBACK_COMPLETE")
    # WHEN the pipeline that was put back runs
    run = two.run()
    # THEN no task is replaced by one of the same images
    assert run.succeeded, run.log
    assert run.exported == {"IMAGE_TAG": "a1", "OWNER": "nobody"}
    assert "there is nothing to roll out" in run.log
    # AND one that is forced, or finds something else in the service, is rolled out
    assert two.run(FORCE_REBUILD="true").exported["OWNER"] == "pipeline"
    two.runs_service("b2")
    assert two.run().exported["OWNER"] == "pipeline"


def test_what_cloudformation_goes_back_to_is_kept(two):
    two.has_cluster()
    assert two.run().succeeded
    two.aws.task_definitions = [two.runs_service("a1")]
    assert two.run(SOURCE_TAG="b2").succeeded
    two.runs_service("b2")
    assert two.run(SOURCE_TAG="c3", SERVICE_STACK="shop-dev-pipeline").succeeded
    web = two.tags(1)
    assert (web["deployed"], web["live"]) == (web["a1"], web["b2"])


@pytest.mark.parametrize(
    ("stack", "runs", "owner"),
    [
        pytest.param("CREATE_IN_PROGRESS", False, "cloudformation", marks=pytest.mark.thorough),
        ("UPDATE_IN_PROGRESS", True, "pipeline"),
    ],
)
def test_beside_a_parameter_the_pipeline_rolls_out_whatever_becomes_of_its_stack(
    two, stack, runs, owner
):
    two.has_cluster()
    assert two.run().succeeded
    if runs:
        two.runs_service("a1")
    two.stack_is(stack)
    before = len(two.handle.signals)
    run = two.run(SOURCE_TAG="b2", TAG_PARAMETER="/shop/dev/tag")
    assert run.succeeded, run.log
    assert run.exported["OWNER"] == owner
    assert len(two.handle.signals) == before + 1


@pytest.mark.thorough
def test_commands_of_the_project(two):
    options = BuildspecOptions(
        before_build=('test -f web/Dockerfile && echo "before $IMAGE_TAG"',),
        after_build=('docker run --rm "$REPOSITORY_1:$IMAGE_TAG" cat /name',),
        scan=('echo "scanned $SERVICE $IMAGE"',),
    )
    run = two.run(options)
    assert run.succeeded, run.log
    image = f"{HOST}/{two.repositories[1]}:a1"
    lines = run.log.splitlines()
    places = [
        lines.index(line) for line in ("before a1", "web", f"scanned worker {image}")
    ] + [lines.index(f"+ docker push {image}")]  # fmt: skip
    assert places == sorted(places)


@pytest.mark.parametrize("when", ["before_build", *thoroughly("after_build", "scan")])
def test_commands_of_the_project_have_no_password(two, when):
    # GIVEN commands that look for what the build has, and push as it does
    look = (
        f"if grep -rq '{TOKEN[:-1]}[{TOKEN[-1]}]' \"$HOME\"; then echo a password; exit 1; fi",
        "if env | grep -q '^WAIT_HANDLE_URL='; then echo the handle; exit 1; fi",
        f'docker tag {BASE} "$REPOSITORY_1:mine"',
        'if docker push "$REPOSITORY_1:mine"; then echo pushed; exit 1; fi',
    )
    run = two.run(BuildspecOptions(**{when: look}))
    # THEN they find nothing, and the build still pushes
    assert run.succeeded, run.log
    assert "no basic auth credentials" in run.log
    assert set(two.tags(1)) == {"a1", "latest"}
    assert not list((two.folder / "home-1").rglob("config.json"))


def test_a_stack_that_is_rolled_back_hears_nothing_and_is_left_alone(two):
    two.stack_is("UPDATE_ROLLBACK_IN_PROGRESS")
    run = two.run()
    assert run.succeeded, run.log
    assert run.exported["OWNER"] == "cloudformation"
    assert two.handle.signals == []


@pytest.mark.parametrize(
    ("before", "after"),
    [("UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"), ("UPDATE_COMPLETE", "UPDATE_IN_PROGRESS")],
    ids=["given up meanwhile", "overtaken"],
)
@pytest.mark.thorough
def test_a_stack_that_changes_during_the_build(two, before, after):
    two.stack_is(before)
    two.images.before_put = lambda *_: two.stack_is(after)
    run = two.run()
    assert run.succeeded, run.log
    assert run.exported["OWNER"] == "cloudformation"
