"""Builds that Docker on this machine cannot do, as far as it is known who builds."""

import pytest

WEB = """
    services:
      web:
        build: {build}
        ports: ["80"]
"""
REMOTE = WEB.format(build="https://github.com/docker-library/hello-world.git")


def test_a_remote_context_is_warned_of_where_it_is_not_known_who_builds(plan):
    planned = plan(REMOTE)

    (message,) = planned.messages("build-needs-pipeline")
    assert message.startswith("docker-compose.yml:4:12: services.web.build.context: the context ")
    assert "images=BuildPipeline.managed()" in message
    assert planned.plan is not None


def test_it_is_an_error_where_docker_builds(plan):
    planned = plan(REMOTE, docker_builds=True)

    (message,) = planned.messages("build-not-local")
    assert "not a folder on this machine" in message
    assert planned.plan is None


def test_whatever_else_builds_says_itself_what_it_cannot(plan):
    assert plan(REMOTE, docker_builds=False).errors == []


@pytest.mark.parametrize(
    ("build", "key", "pipeline"),
    [
        ("{context: ., labels: {a: b}}", "labels", True),
        ("{context: ., ulimits: {nofile: 1024}}", "ulimits", False),
        ("{context: ., dockerfile_inline: FROM scratch}", "dockerfile_inline", True),
    ],
)
def test_an_option_that_an_image_asset_has_no_place_for(plan, build, key, pipeline):
    planned = plan(WEB.format(build=build), dockerfiles={"Dockerfile": "FROM scratch\n"})

    (message,) = planned.messages("build-needs-pipeline")
    assert f"{key} cannot be handed" in message
    assert ("BuildPipeline" in message) is pipeline


def test_a_build_that_docker_can_do_is_not_warned_of(plan):
    planned = plan(WEB.format(build="."), dockerfiles={"Dockerfile": "FROM scratch\n"})

    assert planned.messages("build-needs-pipeline") == []


class TestOutsideTheFolder:
    """Folders that a pipeline does not have."""

    def told(self, plan, project, build, **options):
        for name in ("../lib/Dockerfile", "Dockerfile", "inside/Dockerfile"):
            project.write(name, "FROM scratch\n")
        text = f"services: {{web: {{build: {build}, ports: ['80']}}}}"
        return plan(text, **options).messages("build-outside-folder")

    def test_the_folder_to_give_is_named(self, plan, project):
        name = project.path.name
        (message,) = self.told(plan, project, "{context: .., dockerfile: Dockerfile}")
        assert message == (
            "docker-compose.yml:1:35: services.web.build.context: .. is outside the folder of the "
            "Compose file, which is all that a pipeline has of this machine; Docker here can build "
            "it; give the folder that holds both, .., as source, with the Compose file in it, "
            "whose paths start there: context: .; or move what is built into the folder"
        )
        (message,) = self.told(plan, project, "../lib")
        assert "../lib is outside" in message
        assert "both, .., as source" in message
        assert "context: lib; or" in message
        assert name not in message

    def test_another_context_counts_too(self, plan, project):
        (message,) = self.told(plan, project, "{context: ., additional_contexts: {lib: ../lib}}")
        assert "services.web.build.additional_contexts.lib: ../lib is outside" in message

    @pytest.mark.parametrize("build", [".", "inside", "https://github.com/a/b.git"])
    def test_what_is_inside_or_at_a_url_is_none(self, plan, project, build):
        assert self.told(plan, project, build) == []

    @pytest.mark.parametrize("docker_builds", [True, False])
    def test_who_knows_who_builds_is_told_by_that(self, plan, project, docker_builds):
        assert self.told(plan, project, "../lib", docker_builds=docker_builds) == []
