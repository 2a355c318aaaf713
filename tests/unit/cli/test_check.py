"""``check``: its output and its exit codes are a contract."""

import json
import subprocess
import sys

import pytest

from serverless_containers.plan import planner, source
from serverless_containers.plan.production import warn_of_production
from tests.support.sarif import validate_sarif

GOOD = "services: {web: {image: x, ports: ['80']}}\n"
FAULTS = """\
services:
  web:
    image: x
    ports: ["127.0.0.1:80:80"]
    privileged: true
    attach: true
"""
TEXT = """\
{folder}:4:13: services.web.ports[0]: the host address 127.0.0.1 is left out: a task has an \
interface of its own
    warning: port-host-address
{folder}:5:5: services.web.privileged: Fargate gives no access to a host; remove it, or keep it in \
compose.override.yaml, which a deployment leaves out
    error: key-rejected
{folder}:6:5: services.web.attach: a deployed container's output goes to its log group
    note: key-local-only
1 error, 1 warning, 1 note
"""


def test_nothing_to_say(run):
    run.write("compose.yaml", GOOD)
    done = run("check")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "no findings\n", "")


def test_findings_as_text(run):
    run.write("compose.yaml", FAULTS)
    done = run("check")
    assert done.stdout == TEXT.format(folder="compose.yaml")
    assert done.exit_code == 1


def test_warnings_alone_are_no_failure(run):
    run.write("compose.yaml", FAULTS.replace("    privileged: true\n", ""))
    done = run("check")
    assert done.stdout.endswith("\n1 warning, 1 note\n")
    assert done.exit_code == 0


@pytest.mark.parametrize("path", ["shop", "shop/compose.yaml", "./shop/"])
def test_files_below_are_named_from_here(run, path):
    run.write("shop/compose.yaml", FAULTS)
    assert run("check", path).stdout == TEXT.format(folder="shop/compose.yaml")
    assert run("check", run.folder / path).stdout == TEXT.format(folder="shop/compose.yaml")


def test_files_elsewhere_are_named_from_their_project(run):
    run.write("../elsewhere/compose.yaml", FAULTS)
    assert run("check", "../elsewhere").stdout == TEXT.format(folder="compose.yaml")


def test_findings_as_json(run):
    run.write("compose.yaml", FAULTS)
    done = run("check", "--format", "json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["findings"][1] == {
        "rule": "key-rejected",
        "severity": "error",
        "file": "compose.yaml",
        "line": 5,
        "column": 5,
        "path": "services.web.privileged",
        "message": "Fargate gives no access to a host",
        "fix": "remove it, or keep it in compose.override.yaml, which a deployment leaves out",
    }


def test_findings_as_sarif(run):
    run.write("my app/compose.yaml", FAULTS)
    done = run("check", "my app", "--format", "sarif")
    assert done.exit_code == 1
    results = validate_sarif(json.loads(done.stdout))["results"]
    assert [(each["ruleId"], each["level"]) for each in results] == [
        ("port-host-address", "warning"),
        ("key-rejected", "error"),
        ("key-local-only", "note"),
    ]
    assert results[1]["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "my%20app/compose.yaml"},
        "region": {"startLine": 5, "startColumn": 5},
    }


@pytest.mark.parametrize("source", ["missing", "../elsewhere", "../elsewhere/compose.yaml", "."])
def test_sarif_names_no_path_of_this_machine(run, source):
    run.write("../elsewhere/compose.yaml", FAULTS)
    for path in (source, (run.folder / source).resolve()):
        done = run("check", path, "--format", "sarif")
        validate_sarif(json.loads(done.stdout))
        assert str(run.folder.parent) not in done.stdout


def test_a_project_that_is_not_there_is_a_finding(run):
    done = run("check", "missing")
    assert done.exit_code == 1
    assert done.stdout == (
        "missing does not exist; name a folder with a Compose file or a Dockerfile\n"
        "    error: source-missing\n"
        "1 error\n"
    )


@pytest.mark.parametrize("name", ["x" * 5000, "a/" * 3000, "\udcff", ""])
@pytest.mark.parametrize("option", ["", "-f", "--env-file", "--profile", "--environment"])
def test_any_name_is_answered_with_findings(run, option, name):
    run.write("compose.yaml", FAULTS)
    for command in ("check", "config"):
        done = run(command, *filter(None, [option]), name)
        assert isinstance(done.exception, SystemExit | None)
        assert "defect" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--format", "xml"), "Invalid value for '--format'"),
        (("a", "b"), "Got unexpected extra argument"),
        (("--wrong",), "No such option '--wrong'"),
    ],
)
def test_wrong_usage(run, arguments, message):
    done = run("check", *arguments)
    assert done.exit_code == 2
    assert message in done.stderr
    assert done.stdout == ""


def test_it_reads_what_a_deployment_reads(run):
    # GIVEN an override for laptops, an environment's file, and a variable of this shell
    run.write("compose.yaml", 'services: {web: {image: "x:${TAG:?}", ports: ["80"]}}')
    run.write("compose.override.yaml", "services: {web: {privileged: true}}")
    run.write("compose.dev.yaml", "services: {web: {attach: true}}")
    # WHEN it is checked, THEN neither the variable nor the override counts
    done = run("check", "--format", "json", TAG="1")
    rules = [each["rule"] for each in json.loads(done.stdout)["findings"]]
    assert sorted(rules) == ["override-left-out", "required-variable"]
    # and the environment does, where it is named
    run.write(".env", "TAG=1\n")
    done = run("check", "--format", "json", "--environment", "dev")
    rules = [each["rule"] for each in json.loads(done.stdout)["findings"]]
    assert sorted(rules) == ["key-local-only", "override-left-out"]


def test_files_profiles_and_variables_are_those_that_are_named(run):
    run.write("a/base.yaml", 'services: {web: {image: "x:${TAG}", ports: ["80"]}}')
    run.write("a/more.yaml", "services: {dbg: {image: y, profiles: [debug], privileged: true}}")
    run.write("a/vars", "TAG=1\n")
    files = ("-f", "base.yaml", "-f", "more.yaml")
    assert "TAG is not set" in run("check", "a", *files).stdout
    done = run("check", "a", *files, "--env-file", "vars")
    assert (done.exit_code, done.stdout) == (0, "no findings\n")
    # as a shell completes them
    done = run("check", "a", "-f", "a/base.yaml", "--env-file", "a/vars")
    assert (done.exit_code, done.stdout) == (0, "no findings\n")
    # in a folder below, which then is the project's
    run.write("a/b/base.yaml", 'services: {web: {image: "x:${TAG}", ports: ["80"], pid: host}}')
    done = run("check", "a", "-f", "b/base.yaml", "--env-file", "vars")
    assert done.stdout.startswith("a/b/base.yaml:1:52: services.web.pid: ")
    done = run("check", "a", *files, "--env-file", "vars", "--profile", "debug")
    assert "a/more.yaml:1:47: services.dbg.privileged: " in done.stdout


def test_the_entrypoint_that_is_named(run):
    run.write(
        "compose.yaml", "services: {a: {image: x, ports: ['81']}, b: {image: x, ports: [82]}}"
    )
    assert "several containers can receive the traffic: a (81), b (82)" in run("check").stdout
    assert run("check", "--entrypoint", "b").exit_code == 0
    assert "the entrypoint 'c' is no service" in run("check", "--entrypoint", "c").stdout


def test_under_strict_a_guess_is_an_error(run):
    run.write(
        "compose.yaml", "services: {a: {image: x, ports: ['80']}, b: {image: x, ports: [81]}}"
    )
    assert "warning: entrypoint-chosen" in run("check").stdout
    assert run("check").exit_code == 0
    assert "error: entrypoint-chosen" in run("check", "--strict").stdout
    assert run("check", "--strict").exit_code == 1
    assert run("check", "--strict", "--entrypoint", "a").exit_code == 0


def test_a_project_without_ports_passes_as_a_worker_with_a_note(run):
    run.write("compose.yaml", "services: {a: {image: x}}")
    done = run("check")
    assert done.exit_code == 0
    assert "this is a worker, which ContainerService runs" in done.stdout
    assert done.stdout.endswith("    note: no-ingress\n1 note\n")
    assert run("check", "--worker").stdout == "no findings\n"


def test_the_port_that_is_named(run):
    run.write("compose.yaml", "services: {a: {image: x}}")
    assert run("check", "--port", "3000").stdout == "no findings\n"
    run.write("compose.yaml", "services: {a: {image: x, ports: ['80']}}")
    assert "does not listen on port 3000" in run("check", "--port", "3000").stdout
    assert run("check", "--port", "0").exit_code == 2


def test_a_worker_may_have_any_ports(run):
    run.write("compose.yaml", "services: {a: {image: 'redis:8', ports: ['6379']}}")
    assert "error: no-http-port" in run("check").stdout
    done = run("check", "--worker")
    assert done.exit_code == 0
    assert "note: no-ingress" in done.stdout


def test_an_api_or_a_web_site_needs_a_port(run):
    run.write("compose.yaml", "services: {a: {image: x}}")
    for construct in ("--api", "--hosting"):
        done = run("check", construct)
        assert (done.exit_code, "error: no-port" in done.stdout) == (1, True)


@pytest.mark.parametrize(
    ("construct", "unchecked"), [((), True), (("--api",), True), (("--hosting",), False)]
)
def test_a_web_site_itself_asks_whether_its_entrypoint_is_healthy(
    run, monkeypatch, construct, unchecked
):
    run.write("compose.yaml", GOOD)
    monkeypatch.setattr(planner, "warn_of_production", warn_of_production)
    assert ("health-check-missing" in run("check", *construct).stdout) is unchecked


def test_suppressed_findings_are_counted(run):
    suppress = "x-serverless-containers: {suppress: [{rule: port-host-address, reason: r}]}\n"
    run.write("compose.yaml", suppress + FAULTS)
    done = run("check")
    assert done.stdout.endswith("\n1 error, 1 note, 1 suppressed\n")
    assert "port-host-address" not in done.stdout


def test_the_output_is_the_same_every_time(run):
    run.write("compose.yaml", FAULTS)
    for form in ("text", "json", "sarif"):
        assert run("check", "--format", form).stdout == run("check", "--format", form).stdout


def test_a_defect_is_told_without_a_traceback(run, monkeypatch):
    def fail(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(source, "plan_source", fail)
    done = run("check")
    assert done.exit_code == 1
    message, _, log = done.stderr.rstrip().rpartition(" ")
    assert message == (
        "Error: this is a defect of serverless-containers (ZeroDivisionError); its traceback is in"
    )
    with open(log, encoding="utf-8") as file:  # noqa: PTH123
        assert "ZeroDivisionError" in file.read()


def test_an_encoding_that_lacks_a_sign(run):
    run.write("compose.yaml", "services: {wéb: {image: x, ports: ['80'], privileged: true}}")
    code = "from serverless_containers.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "check"],
        env={"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
        cwd=run.folder,
    )
    assert done.returncode == 1
    assert b"services.w\\xe9b" in done.stdout
    assert done.stderr == b""


@pytest.mark.parametrize(
    ("command", "heavy"),
    [
        ("check", "aws_cdk, jsii, boto3"),
        # What a project becomes takes as long to load as how it is read.
        ("config", "aws_cdk, jsii, boto3, serverless_containers.plan"),
    ],
)
def test_it_starts_no_node_and_loads_no_more_than_it_needs(run, command, heavy):
    run.write("compose.yaml", GOOD)
    code = (
        "import sys\n"
        "from serverless_containers.cli import main\n"
        "try: main([sys.argv[1]])\n"
        "except SystemExit: pass\n"
        f"heavy = set({heavy!r}.split(', ')) & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run(
        [sys.executable, "-c", code, command], check=True, capture_output=True, cwd=run.folder
    )


@pytest.mark.parametrize(
    ("least", "worst", "code"),
    [
        ("error", "error", 1),
        ("error", "warning", 0),
        ("warning", "error", 1),
        ("warning", "warning", 1),
        ("warning", "note", 0),
        ("note", "note", 1),
        ("note", None, 0),
    ],
)
def test_the_severity_from_which_on_it_fails(run, least, worst, code):
    keys = {
        "error": "privileged: true",
        "warning": "dns: [10.0.0.2]",
        "note": "pull_policy: always",
        None: "",
    }
    run.write(
        "compose.yaml",
        f"services: {{web: {{image: 'nginx:1.29', ports: ['80'], {keys[worst]}}}}}\n",
    )
    for form in ("text", "json", "sarif"):
        done = run("check", "--fail-on", least, "--format", form)
        assert done.exit_code == code, done.output
