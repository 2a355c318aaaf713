"""Findings that say one thing several times."""

import pytest


def folded(planned, *codes):
    return [message for code in codes for message in planned.messages(code)]


class TestVariablesWithoutAValue:
    def test_of_a_mount_they_are_told_with_what_comes_of_it(self, plan_service):
        planned = plan_service("volumes: ['${DATA}/site:/usr/share/nginx/html:ro']")
        assert planned.messages("variable-not-set") == []
        assert planned.messages("mount-rejected") == [
            "docker-compose.yml:5:15: services.web.volumes[0]: a task has no host to mount /site "
            "from (DATA is not set); copy the files into the image, use a named volume, or mark "
            "the mount with x-serverless-containers: {local-only: true}; and give DATA a value in "
            ".env"
        ]

    def test_so_it_is_in_the_long_form(self, plan_service):
        planned = plan_service("volumes: [{type: bind, source: '${DATA}/site', target: /a}]")
        assert planned.messages("variable-not-set") == []
        (message,) = planned.messages("mount-rejected")
        assert "(DATA is not set); copy the files into the image, " in message
        assert message.endswith("; and give DATA a value in .env")

    @pytest.mark.parametrize(
        ("keys", "fix", "name"),
        [
            ("image: 'Repo/Name:${TAG}'", "; write repo/name:", "TAG"),
            ("image: x\n    ports: ['80:99999${P}']", '; write "8080:80"', "P"),
            ("image: x\n    volumes: ['./b:/proc/${W}']", "; mount it elsewhere, or ", "W"),
        ],
    )
    def test_the_fix_of_an_error_that_they_need_not_have_caused_stays(self, plan, keys, fix, name):
        errors = plan(f"services:\n  web:\n    {keys}\n").errors
        (message,) = [each for each in errors if f"({name} is not set)" in each]
        assert fix in message.partition(" is not set)")[2]
        assert message.endswith(f"; and give {name} a value in .env")

    def test_a_template_that_nobody_has_copied_is_named_once(self, plan_service, project):
        project.write(".env.example", "A=1\nexport B=2\n# C=3\n")
        planned = plan_service("environment: {X: '${A}', Y: '${B}${A}', Z: '${C}'}")
        assert planned.messages("variable-not-set") == [
            "docker-compose.yml:5:22: services.web.environment.X: the variables A, B are not set, "
            "and empty strings are put in their places: there is no .env; copy .env.example to "
            ".env, and fill in its values",
            "docker-compose.yml:5:48: services.web.environment.Z: the variable C is not set; an "
            "empty string is put in its place; give C a value in .env, or write ${C:-} for an "
            "empty string",
        ]

    def test_a_mount_names_it_too(self, plan_service, project):
        project.write("env.template", "DATA=.\n")
        planned = plan_service("volumes: ['${DATA}/site:/usr/share/nginx/html:ro']")
        assert planned.errors == planned.messages("mount-rejected")
        assert planned.errors[0].endswith("; and copy env.template to .env, and fill in its values")

    def test_a_required_variable_names_it_too(self, plan_service, project):
        project.write(".env.dist", "TAG=1\n")
        (message,) = plan_service("command: ${TAG:?}").messages("required-variable")
        assert message.endswith("; copy .env.dist to .env, and fill in its values")

    def test_where_there_is_a_file_of_variables_no_template_counts(self, plan_service, project):
        project.write(".env.example", "A=1\n")
        project.write(".env", "B=1\n")
        (message,) = plan_service("environment: {X: '${A}'}").messages("variable-not-set")
        assert "give A a value in .env" in message

    def test_one_that_is_nothing_to_an_error_stays(self, plan_service):
        planned = plan_service("environment: {X: '${A}'}\nprivileged: true")
        assert len(planned.messages("variable-not-set")) == 1
        assert "not set" not in planned.messages("key-rejected")[0]


class TestSeveralServices:
    TEXT = """
        services:
          a: {image: "x:1", ports: ["80"], env_file: app.env}
          b: {image: "y:1", env_file: app.env}
          c: {image: "z:1", env_file: app.env}
        """

    def test_one_file_of_variables_is_told_once_for_each_variable(self, plan, project):
        project.write("app.env", "A_TOKEN=abcdefgh\nB_TOKEN=abcdefgh\n")
        messages = plan(self.TEXT).messages("secret-in-environment")
        assert len(messages) == 2
        assert all("(and so in b, c); make it a secret" in each for each in messages)
        assert messages[0].startswith("docker-compose.yml:3:46: services.a.environment.A_TOKEN: ")

    def test_one_that_is_missing_is_told_once_with_its_template(self, plan, project):
        project.write("app.env.sample", "A=1\n")
        assert plan(self.TEXT).messages("env-file-missing") == [
            "docker-compose.yml:3:46: services.a.env_file[0]: app.env does not exist (and so in b, "
            "c); copy app.env.sample to app.env, and fill in its values, or mark it `required: "
            "false`"
        ]

    def test_a_suppression_of_one_service_is_of_that_alone(self, plan, project):
        project.write("app.env", "A_TOKEN=abcdefgh\n")
        suppress = """
            x-serverless-containers:
              suppress:
                - rule: secret-in-environment
                  path: services.a.environment.A_TOKEN
                  reason: it is a test's
            """
        text = self.TEXT.replace("\n        ", "\n            ")
        (message,) = plan(suppress + text).messages("secret-in-environment")
        assert ": services.b.environment.A_TOKEN: " in message
        assert "(and so in c)" in message
