"""From the builds of Compose files to builds of the source."""

from pathlib import Path
from textwrap import dedent

from serverless_containers.findings import Findings
from serverless_containers.plan import PlanOptions
from serverless_containers.plan.buildspec import BuildspecImage, plan_images
from serverless_containers.plan.source import plan_source


def planned(project, text, folder=None):
    for name in ("Dockerfile", "web/Dockerfile", "base/Dockerfile", "lib/file"):
        project.write(name, "FROM scratch\n")
    project.compose(dedent(text))
    found = Findings()
    plan = plan_source(project.path, PlanOptions(), found)
    assert plan is not None, list(map(str, found))
    findings = Findings()
    images = plan_images(plan.containers, folder or project.path, findings)
    return images, [(each.rule.code, str(each)) for each in findings]


def test_builds_are_planned_and_images_are_not(project):
    images, findings = planned(
        project,
        """
        services:
          web:
            build: ./web
            ports: ["80"]
          cache:
            image: redis
        """,
    )
    assert images == (BuildspecImage(service="web", context="web", dockerfile="web/Dockerfile"),)
    assert findings == []


def test_everything_a_build_can_say(project):
    project.write("web/conf/Dockerfile.prod", "FROM scratch AS final\n")
    images, findings = planned(
        project,
        f"""
        services:
          web:
            build:
              context: web
              dockerfile: {project.path}/web/conf/Dockerfile.prod
              args: {{B: "2", A: "1"}}
              target: final
              labels: {{team: us}}
              network: host
              shm_size: 64m
              extra_hosts: ["db:10.0.0.1"]
              additional_contexts: {{lib: ./lib, base: "docker-image://alpine:3"}}
              cache_from: [alpine, "type=registry,ref=ghcr.io/a/b:cache"]
              cache_to: ["type=inline"]
              no_cache: true
            ports: ["80"]
        """,
    )
    assert findings == []
    assert images == (
        BuildspecImage(
            service="web",
            context="web",
            dockerfile="web/conf/Dockerfile.prod",
            args={"A": "1", "B": "2"},
            target="final",
            labels={"team": "us"},
            network="host",
            shm_size=64 * 1024 * 1024,
            extra_hosts={"db": ("10.0.0.1",)},
            additional_contexts={"base": "docker-image://alpine:3", "lib": "lib"},
            cache_from=("alpine", "ghcr.io/a/b:cache"),
            inline_cache=True,
            no_cache=True,
        ),
    )


def test_the_folder_itself_a_url_and_an_inline_dockerfile(project):
    images, findings = planned(
        project,
        """
        services:
          one:
            build: .
            ports: ["80"]
          two:
            build: https://github.com/a/b.git#main
          three:
            build: {context: ., dockerfile_inline: "FROM scratch"}
        """,
    )
    assert findings == []
    assert {(each.service, each.context, each.dockerfile_inline) for each in images} == {
        ("one", ".", None),
        ("two", "https://github.com/a/b.git#main", None),
        ("three", ".", "FROM scratch"),
    }


def test_a_project_below_the_source(project):
    images, _ = planned(
        project,
        "services: {web: {build: web, ports: ['80']}}",
        folder=project.path.parent,
    )
    assert images[0].context == f"{project.path.name}/web"


def test_what_is_outside_the_source(project):
    outside = Path(project.path.parent)
    (outside / "other").mkdir()
    (outside / "other" / "Dockerfile").write_text("FROM scratch\n")
    (outside / "lib").mkdir()
    _, findings = planned(
        project,
        """
        services:
          web:
            build:
              context: ..
              dockerfile: other/Dockerfile
              additional_contexts: {lib: ../lib}
            ports: ["80"]
        """,
    )
    end = "move it into the folder, or deploy the folder that holds both"
    middle = f"is outside {project.path}, which is all that the pipeline has of this machine; {end}"
    assert findings == [
        (
            "build-outside-source",
            f"docker-compose.yml:5:16: services.web.build.context: {outside} {middle}",
        ),
        (
            "build-outside-source",
            f"docker-compose.yml:6:19: services.web.build.dockerfile: "
            f"{outside}/other/Dockerfile {middle}",
        ),
        (
            "build-outside-source",
            f"docker-compose.yml:7:34: services.web.build.additional_contexts.lib: "
            f"{outside}/lib {middle}",
        ),
    ]


def test_what_is_only_on_this_machine(project):
    _, findings = planned(
        project,
        """
        services:
          web:
            build:
              context: .
              ssh: [default]
              secrets: [token]
              ulimits: {nofile: 1024}
              cache_from: ["type=gha"]
              cache_to: ["type=registry,ref=cache"]
              additional_contexts: {base: "service:base"}
            ports: ["80"]
          base:
            build: base
        secrets:
          token: {environment: HOME}
        """,
    )
    assert [code for code, _ in findings] == [
        "build-not-in-pipeline",
        "build-not-in-pipeline",
        "build-not-in-pipeline",
        "build-not-in-pipeline",
    ]
    assert findings[-1][1].endswith(
        "services.web.build.additional_contexts.base: the images are built side by side, "
        "service:base does not exist yet; make it a stage of the same Dockerfile"
    )
