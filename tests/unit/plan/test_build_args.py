"""Build arguments that a file names without a value."""

import pytest

from serverless_containers.pipeline.build import login_variables
from serverless_containers.plan.buildspec import Variable, repository_variable

CREDENTIALS = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
]
OWN = [
    *map(str, Variable),
    repository_variable(12),
    *login_variables({"docker.io": None}),
    "CODEBUILD_BUILD_ID",
    "PIPELINE_HOME",
]
FORMS = {"list": "args: [{}]", "mapping": "args: {{{}: }}"}


@pytest.fixture
def planned(plan, project):
    project.write("Dockerfile", "FROM scratch\n")

    def _planned(args):
        return plan(
            f"""
            services:
              web:
                build:
                  context: .
                  {args}
                ports: ["80"]
            """
        )

    return _planned


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", CREDENTIALS)
@pytest.mark.parametrize("value", [None, "secret"])
def test_credentials_are_refused_wherever_their_value_is_from(planned, project, form, name, value):
    if value:
        project.write(".env", f"{name}={value}\n")
    found = planned(FORMS[form].format(name))
    (message,) = found.messages("build-arg-reserved")
    assert message.startswith("docker-compose.yml:6:")
    assert f"services.web.build.args.{name}: {name} leads to credentials of AWS" in message
    assert "remove it" in message
    assert "secret" not in message
    assert found.messages("variable-unset") == []


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", OWN)
def test_the_build_s_own_variables_are_refused(planned, form, name):
    (message,) = planned(FORMS[form].format(name)).messages("build-arg-reserved")
    assert f"{name} is a variable of the build itself" in message


@pytest.mark.parametrize("form", FORMS)
def test_a_value_of_the_project_s_own_makes_it_an_ordinary_argument(planned, project, form):
    project.write(".env", "SERVICE_NAME=mine\n")
    found = planned(FORMS[form].format("SERVICE_NAME"))
    assert found.messages("build-arg-reserved") == []
    assert found["web"].build.args == {"SERVICE_NAME": "mine"}


@pytest.mark.parametrize("args", ["args: [STACK_NAME=a]", "args: {STACK_NAME: a}"])
def test_a_name_with_a_value_is_nobody_s(planned, args):
    assert planned(args)["web"].build.args == {"STACK_NAME": "a"}


@pytest.mark.parametrize("form", FORMS)
def test_any_other_one_is_left_out_and_told(planned, form):
    found = planned(FORMS[form].format("VERSION"))
    (message,) = found.messages("variable-unset")
    assert message.endswith(
        "services.web.build.args.VERSION: VERSION has no value here, and is left out: the "
        "Dockerfile's own holds; give it one in .env, or write VERSION: value"
    )
    assert found["web"].build.args == {}


def test_of_a_url_too(plan):
    found = plan(
        "services: {web: {build: {context: 'https://github.com/a/b.git',"
        " args: [AWS_SESSION_TOKEN]}, ports: ['80']}}"
    )
    assert len(found.messages("build-arg-reserved")) == 1
