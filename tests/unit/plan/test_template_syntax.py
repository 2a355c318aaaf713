"""CloudFormation's and the CDK's own syntax in users' files, where it would be obeyed."""

import json
from textwrap import dedent

import pytest
import yaml

from serverless_containers.findings import Findings
from serverless_containers.plan import PlanOptions
from serverless_containers.plan.buildspec import BuildspecOptions, make_buildspec, plan_images
from serverless_containers.plan.permissions import read_policies
from serverless_containers.plan.source import plan_source
from serverless_containers.plan.template_syntax import rule_against
from tests.support.text_positions import text_positions

REFERENCE = "{{resolve:secretsmanager:payroll/prod/DB}}"
TOKEN = "${Token[TOKEN.12]}"
CODES = ("dynamic-reference", "cdk-token", "intrinsic-function")


def codes_of(planned):
    return {code for code, _ in planned.findings if code in CODES}


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (REFERENCE, "dynamic-reference"),
        ("{{resolve:ssm:/a/b:1}}", "dynamic-reference"),
        ("{{resolve:ssm-secure:a}}", "dynamic-reference"),
        (f"postgres://u:{REFERENCE}@db/x", "dynamic-reference"),
        ("{{Resolve:ssm:a}}", "dynamic-reference"),
        ("{{ resolve : ssm:a}}", "dynamic-reference"),
        ("{{\nresolve:ssm:a}}", "dynamic-reference"),
        ("{{{{resolve:ssm:a}}}}", "dynamic-reference"),
        # More of it may follow where texts are joined.
        ("host {{resolve", "dynamic-reference"),
        (TOKEN, "cdk-token"),
        ("a ${Token[AWS.Region.4]} b", "cdk-token"),
        ("#{Token[TOKEN.1]}", "cdk-token"),
        ("-1.8881545897087626e+289", "cdk-token"),
        (-1.8881545897087626e289, "cdk-token"),
        (int(-1.8881545897087626e289), "cdk-token"),
    ],
)
def test_what_is_taken_for_more_than_text(value, code):
    rule = rule_against(value)
    assert rule is not None
    assert rule.code == code


@pytest.mark.parametrize(
    "value",
    [
        "{{ resolver }}", "{{resolve}}", "resolve:ssm", "${AWS::AccountId}", "${Token}", "Token[1]",
        "${token[1]}", "{{.Name}}", "-1.5e+289", 10**400, -1.5e300, True, None, 0,
    ],
)  # fmt: skip
def test_what_is_text_and_stays_text(value):
    assert rule_against(value) is None


@pytest.mark.parametrize("text", [REFERENCE, TOKEN], ids=["reference", "token"])
def test_no_text_of_a_compose_file_gets_further(project, text):
    """Whatever the schema takes, in any place, is refused or left out of the plan."""
    written = text.replace("$", "$$")
    told = {}
    for name, document in text_positions(written):
        project.write("docker-compose.yml", yaml.safe_dump(document))
        findings = Findings()
        plan = plan_source(project.path, PlanOptions(), findings)
        assert plan is None or text not in repr(plan), (name, document)
        told[name] = {found.rule.code for found in findings.errors}
    assert len(told) > 250
    expected = "dynamic-reference" if text is REFERENCE else "cdk-token"
    reported = {name for name, codes in told.items() if expected in codes}
    service = ".services.n"
    assert reported >= {
        f"{service}.image",
        f"{service}.command",
        f"{service}.command[]",
        f"{service}.entrypoint[]",
        f"{service}.environment.n",
        f"{service}.environment[]",
        f"{service}.environment.<key>",
        f"{service}.labels.n",
        f"{service}.labels.<key>",
        f"{service}.healthcheck.test",
        f"{service}.healthcheck.test[]",
        f"{service}.working_dir",
        f"{service}.user",
        f"{service}.hostname",
        f"{service}.logging.options.n",
        f"{service}.logging.options.<key>",
        f"{service}.build",
        f"{service}.build.args.n",
        f"{service}.build.args.<key>",
        f"{service}.build.labels.n",
        f"{service}.build.target",
        f"{service}.build.context",
        f"{service}.build.dockerfile",
        f"{service}.build.dockerfile_inline",
        f"{service}.build.network",
        f"{service}.build.additional_contexts.n",
        f"{service}.sysctls.n",
        f"{service}.deploy.labels.n",
        f"{service}.volumes[].source",
        f"{service}.secrets[].target",
        ".configs.n.content",
        ".configs.n.file",
        ".secrets.n.name",
        ".volumes.n.name",
    }


def test_where_it_stands_and_the_way_out(plan):
    planned = plan(f"""
        services:
          web:
            image: nginx
            ports: ["80"]
            environment:
              E1: "{REFERENCE}"
        """)
    assert planned.plan is None
    assert planned.messages("dynamic-reference") == [
        "docker-compose.yml:7:11: services.web.environment.E1: the value holds a dynamic reference "
        "({{resolve:…}}), which CloudFormation would resolve with the rights of whoever deploys; "
        "to give a container a secret that exists, define it under the top-level secrets with "
        "`external: true`, and list it under the service's secrets"
    ]


def test_a_reference_that_variables_put_together(plan, project):
    project.write(".env", "X=olve\nALL={{resolve:ssm:a}}\n")
    for value in ("{{res${X}:ssm:a}}", "${ALL}", "{{${Y:-resolve}:ssm:a}}"):
        planned = plan(f"""
            services: {{web: {{image: nginx, ports: ["80"], environment: {{A: "{value}"}}}}}}
            """)
        assert codes_of(planned) == {"dynamic-reference"}, value


@pytest.mark.parametrize("key", ["env_file", "label_file"])
def test_a_reference_in_a_file_of_variables(plan, project, key):
    project.write("app.env", f"A=1\nSECRET='{REFERENCE}'\n")
    planned = plan(f"""
        services: {{web: {{image: nginx, ports: ["80"], {key}: app.env}}}}
        """)
    assert planned.plan is None
    (message,) = planned.messages("dynamic-reference")
    assert "payroll" not in message


def test_the_health_check_of_a_dockerfile(plan):
    planned = plan(
        "services: {web: {build: ., ports: ['80']}}",
        dockerfiles={"Dockerfile": f"FROM scratch\n\nHEALTHCHECK CMD test {REFERENCE}\n"},
    )
    (message,) = planned.messages("dynamic-reference")
    assert message.startswith("Dockerfile:3:1: the health check holds a dynamic reference")


def test_the_content_of_a_config(plan, project):
    project.write("app.conf", f"a\nkey = hunter2 {REFERENCE}\n")
    planned = plan("""
        services: {web: {image: nginx, ports: ["80"], configs: [{source: c, target: /etc/c/c}]}}
        configs: {c: {file: app.conf}}
        """)
    assert planned.plan is None
    (message,) = planned.messages("dynamic-reference")
    assert "configs.c.file: line 2 of app.conf holds a dynamic reference" in message
    assert "hunter2" not in message


@pytest.mark.parametrize(
    "document",
    [
        f'[{{"Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::a/{REFERENCE}"]}}]',
        f'[{{"Action": ["s3:GetObject"], "Resource": ["*"], "Condition": {{"StringLike": '
        f'{{"aws:PrincipalTag/{REFERENCE}": "x"}}}}}}]',
        f'[{{"Sid": "{REFERENCE}", "Action": ["s3:GetObject"], "Resource": ["*"]}}]',
    ],
)
def test_the_permissions_of_the_application(tmp_path, document):
    file = tmp_path / "custom-policies.json"
    file.write_text(document)
    findings = Findings()
    assert read_policies(file, findings, environment=None) == ()
    assert "dynamic-reference" in {found.rule.code for found in findings.errors}


@pytest.mark.parametrize("name", ["Ref", "Fn::ImportValue", "Fn::Transform"])
def test_names_of_functions_where_the_template_has_a_mapping_too(plan, name):
    for key in (
        f'labels: {{"{name}": x}}',
        f'labels: ["{name}=x"]',
        f'logging: {{driver: splunk, options: {{"{name}": x}}}}',
    ):
        planned = plan(f"services: {{web: {{image: nginx, ports: ['80'], {key}}}}}")
        assert codes_of(planned) == {"intrinsic-function"}, key
        assert planned.plan is None
    planned = plan(
        f"services: {{web: {{image: nginx, ports: ['80'], environment: {{'{name}': x}}}}}}"
    )
    assert codes_of(planned) == set()


def test_keys_that_the_python_binding_would_take_for_its_own(plan):
    planned = plan("""
        services: {web: {image: nginx, ports: ["80"], labels: {$jsii.byref: x}}}
        """)
    assert codes_of(planned) == {"cdk-token"}


def test_a_host_and_an_address_that_make_a_reference_together(plan, project):
    project.write("Dockerfile", "FROM scratch\n")
    planned = plan("""
        services:
          web: {build: {context: ., extra_hosts: {"{{resolve": "ssm:a}}"}}, ports: ["80"]}
        """)
    assert codes_of(planned) == {"dynamic-reference"}


def test_extensions_of_others_are_theirs(plan):
    planned = plan(f"""
        x-aws-cloudformation: {{a: "{REFERENCE}"}}
        services: {{web: {{image: nginx, ports: ["80"], x-mine: "{REFERENCE}"}}}}
        """)
    assert codes_of(planned) == set()


def test_what_reaches_the_plan_unseen_is_stopped_there(plan, monkeypatch):
    monkeypatch.setattr("serverless_containers.plan.planner.check_project", lambda *_: None)
    for key in (
        f"environment: {{A: '{REFERENCE}'}}",
        f"command: ['{REFERENCE}']",
        f"build: {{context: ., args: {{A: '{REFERENCE}'}}}}",
        f"labels: {{'{REFERENCE}': x}}",
        "labels: {'Fn::ImportValue': x}",
        f"healthcheck: {{test: '{REFERENCE}'}}",
    ):
        planned = plan(
            f"services: {{web: {{image: nginx, ports: ['80'], {key}}}}}",
            dockerfiles={"Dockerfile": "FROM scratch\n"},
        )
        assert planned.plan is None, key
        assert len(codes_of(planned)) == 1, key


def test_variables_of_cloudformation_stay_text(plan, project):
    project.write("Dockerfile", "FROM scratch\n")
    planned = plan(
        dedent("""
        services:
          web:
            build: {context: ., args: {A: "$${AWS::AccountId}"}}
            ports: ["80"]
        """)
    )
    images = plan_images(planned.plan.containers, project.path, Findings())
    assert "${AWS::AccountId}" in json.dumps(make_buildspec(images, BuildspecOptions()))


def test_bytes_that_are_no_text_are_refused_wherever_they_come_from(plan):
    rule = rule_against("a\udcff")
    assert rule is not None
    assert rule.code == "not-utf-8"
    planned = plan("services: {web: {image: x, ports: ['80'], environment: {A: \"\\udcff\"}}}")
    assert planned.errors
    assert planned.plan is None


@pytest.mark.parametrize("command", ['curl "\udcff"', '["CMD", "curl", "\udcff"]'])
def test_so_are_those_of_a_health_check_in_a_dockerfile(plan, project, command):
    text = f"FROM x\nEXPOSE 80\nHEALTHCHECK CMD {command}\n# caf\udce9\n"
    (project.path / "Dockerfile").write_bytes(text.encode("utf-8", "surrogateescape"))
    planned = plan("services: {web: {build: .}}")
    assert planned.plan is None
    assert planned.messages("not-utf-8") == [
        "Dockerfile:3:1: the health check holds bytes that are no text in UTF-8; save the file "
        "that the value comes from as UTF-8, or put what is no text into the image"
    ]


def test_the_rest_of_a_dockerfile_may_hold_any_bytes(plan, project):
    text = "FROM x\n# caf\udce9\nLABEL a=caf\udce9\nCOPY caf\udce9 /caf\udce9\nEXPOSE 80\n"
    (project.path / "Dockerfile").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert plan("services: {web: {build: .}}").plan is not None
