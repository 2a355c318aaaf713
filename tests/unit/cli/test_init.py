"""``init``: what it asks, what it refuses, and that all files are written or none."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from serverless_containers.cli import init as init_module
from serverless_containers.scaffold import writing
from serverless_containers.scaffold.feature_flags import FEATURE_FLAGS
from serverless_containers.scaffold.files import REQUIREMENTS
from tests.support.foreign_projects import AMPLIFY, COPILOT, write
from tests.support.pages import blocks_of
from tests.support.shell_lines import commands

ROOT = Path(__file__).parent.parent.parent.parent
ONE = "services: {web: {image: 'nginx:1.29', ports: ['80']}}\n"
TWO = """\
services:
  front: {image: "shop/front:1.2", ports: ["8080:8080"]}
  back: {image: "shop/back:1.2", ports: ["9000:3000"]}
"""
EVEN = TWO.replace("9000", "3000")
WORKER = "services: {poll: {image: 'busybox:1.37', command: poll}}\n"
APP = [
    "app.py",
    "cdk.json",
    "pytest.ini",
    "requirements.txt",
    ".gitignore",
    "tests/test_snapshot.py",
]


def tree(folder):
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if not file.is_dir())


@pytest.fixture
def at_a_terminal(monkeypatch):
    monkeypatch.setattr(init_module, "_can_ask", lambda: True)


def test_it_makes_an_app_around_a_folder(run):
    run.write("shop/compose.yaml", ONE)
    done = run("init", "shop", "--api", "--region", "eu-west-1", "--name", "Shop")
    assert done.exit_code == 0, done.output
    assert tree(run.folder / "cdk") == sorted(APP)
    app = (run.folder / "cdk/app.py").read_text()
    for line in (
        'source=ROOT.parent / "shop",',
        'env=Environment(region="eu-west-1")',
        'ContainersStack(app, "Shop")',
        'CfnOutput(self, "Url", value=api.url)',
    ):
        assert line in app
    # AND the last lines are the commands that come next
    assert done.stdout.splitlines()[-2:] == [
        "  npx aws-cdk@2.1148.1 bootstrap  # once in an account and region",
        "  npx aws-cdk@2.1148.1 deploy",
    ]


def test_a_lone_dockerfile_is_enough(run):
    run.write("shop/Dockerfile", "FROM nginx:1.29\nEXPOSE 80\n")
    assert run("init", "shop", "--hosting", "-o", "infra").exit_code == 0
    assert "site = ContainerHosting(" in (run.folder / "infra/app.py").read_text()


def test_what_has_no_port_is_a_worker_of_which_nothing_is_asked(run):
    run.write("compose.yaml", WORKER)
    done = run("init")
    assert done.exit_code == 0, done.output
    app = (run.folder / "cdk/app.py").read_text()
    assert "worker = ContainerService(" in app
    assert "source=ROOT.parent,\n" in app


@pytest.mark.parametrize(
    ("text", "arguments", "option"),
    [
        (ONE, (), "--api or --hosting"),
        (TWO, ("--api",), "--entrypoint NAME, or --yes for front"),
        (EVEN, ("--api", "--yes"), "--entrypoint NAME"),
    ],
)
def test_without_a_terminal_a_question_is_an_error_that_names_the_option(
    run, text, arguments, option
):
    run.write("shop/compose.yaml", text)
    done = run("init", "shop", *arguments)
    assert done.exit_code == 2
    assert option in done.stderr
    assert not (run.folder / "cdk").exists()


@pytest.mark.usefixtures("at_a_terminal")
def test_what_the_files_leave_open_is_asked_for(run, monkeypatch):
    run.write("shop/compose.yaml", TWO)
    asked = []

    def prompt(question, *, type, default, err):  # noqa: A002
        assert err
        asked.append((question, list(type.choices), default))
        return type.choices[0] if "back" in type.choices else "hosting"

    monkeypatch.setattr(init_module.click, "prompt", prompt)
    assert run("init", "shop").exit_code == 0
    assert [choices for _, choices, _ in asked] == [["back", "front"], ["api", "hosting"]]
    app = (run.folder / "cdk/app.py").read_text()
    assert 'entrypoint="back",' in app
    assert "ContainerHosting(" in app


def test_yes_takes_the_likeliest_answer_and_writes_it_down(run):
    run.write("shop/compose.yaml", TWO)
    assert run("init", "shop", "--yes").exit_code == 0
    app = (run.folder / "cdk/app.py").read_text()
    assert 'entrypoint="front",' in app
    assert "ContainerApi(" in app


def test_what_is_given_is_not_asked_for(run):
    run.write("shop/compose.yaml", TWO)
    done = run("init", "shop", "--api", "--entrypoint", "back", "--port", "3000")
    assert done.exit_code == 0, done.output
    app = (run.folder / "cdk/app.py").read_text()
    assert 'entrypoint="back",\n            port=3000,' in app


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--region", "Europe"), "is no region"),
        (("--name", "9"), "is no name of a stack"),
        (("--port", "0"), "0 is not in the range"),
    ],
)
def test_options_that_cannot_be_are_refused(run, arguments, said):
    run.write("shop/compose.yaml", ONE)
    done = run("init", "shop", "--api", *arguments)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_project_with_errors_gets_no_app(run):
    run.write("shop/compose.yaml", ONE.replace("ports", "privileged: true, ports"))
    done = run("init", "shop", "--api")
    assert done.exit_code == 1
    assert "shop/compose.yaml:1:39: services.web.privileged" in done.stderr
    assert not (run.folder / "cdk").exists()


def test_a_folder_that_is_not_there_is_an_error(run):
    done = run("init", "nowhere", "--api")
    assert done.exit_code == 1
    assert "nowhere does not exist" in done.stderr


def test_nothing_is_overwritten_and_what_is_in_the_way_is_listed(run):
    run.write("shop/compose.yaml", ONE)
    run.write("cdk/app.py", "mine")
    run.write("cdk/tests", "a file, no folder")
    done = run("init", "shop", "--api")
    assert done.exit_code == 1
    assert done.stderr.splitlines()[:2] == [
        "cdk/app.py is there already",
        "cdk/tests is there already",
    ]
    assert tree(run.folder / "cdk") == ["app.py", "tests"]
    assert (run.folder / "cdk/app.py").read_text() == "mine"


def test_where_one_file_cannot_be_written_none_stays(run, monkeypatch):
    run.write("shop/compose.yaml", ONE)
    link = os.link

    def fails(source, target):
        if Path(target).name == "test_snapshot.py":
            raise PermissionError(13, "Permission denied", str(target))
        link(source, target)

    monkeypatch.setattr(writing.os, "link", fails)
    monkeypatch.setattr(writing.Path, "rename", lambda *_: fails("", "test_snapshot.py"))
    done = run("init", "shop", "--api")
    assert done.exit_code == 1
    assert "Permission denied" in done.stderr
    assert not (run.folder / "cdk").exists()


def test_a_file_that_comes_into_being_meanwhile_is_not_overwritten(run, monkeypatch):
    run.write("shop/compose.yaml", ONE)
    monkeypatch.setattr(writing, "in_the_way", lambda _files: ())
    run.write("cdk/requirements.txt", "mine")
    assert run("init", "shop", "--api").exit_code == 1
    assert tree(run.folder / "cdk") == ["requirements.txt"]
    assert (run.folder / "cdk/requirements.txt").read_text() == "mine"


def test_an_app_in_a_build_context_stays_out_of_the_image(run):
    run.write("Dockerfile", "FROM nginx:1.29\nCOPY . /srv\nEXPOSE 80\n")
    assert run("init", "--api").exit_code == 0
    assert (run.folder / ".dockerignore").read_text() == "cdk\n"


def test_a_dockerignore_that_is_there_stays_and_the_line_is_told(run):
    run.write("Dockerfile", "FROM nginx:1.29\nCOPY . /srv\nEXPOSE 80\n")
    run.write(".dockerignore", "node_modules\n")
    done = run("init", "--api")
    assert "add the line cdk to" in done.stdout
    assert (run.folder / ".dockerignore").read_text() == "node_modules\n"


def test_a_build_context_around_the_current_folder_gets_no_dockerignore(run, monkeypatch):
    run.write("Dockerfile", "FROM nginx:1.29\nCOPY . /srv\nEXPOSE 80\n")
    run.write("shop/compose.yaml", "services: {web: {build: .., ports: ['80']}}\n")
    monkeypatch.chdir(run.folder / "shop")
    done = run("init", "--api")
    assert done.exit_code == 0, done.output
    assert f"add the line shop/cdk to {run.folder}/.dockerignore, outside of" in done.stdout
    assert not (run.folder / ".dockerignore").exists()
    # AND one in the repository does
    (run.folder / ".git").mkdir()
    assert run("init", "--api", "-o", "other").exit_code == 0
    assert (run.folder / ".dockerignore").read_text() == "shop/other\n"


def test_a_project_with_secrets_has_them_pushed_first(run):
    run.write(
        "shop/compose.yaml",
        """\
        services: {web: {image: "nginx:1.29", ports: ["80"], secrets: [KEY]}}
        secrets: {KEY: {file: ../secrets/.secret-key}}
        """,
    )
    done = run("init", "shop", "--api", "--environments", "--json")
    assert json.loads(done.stdout)["next"][0] == (
        "serverless-containers secrets push shop --env dev"
    )


def test_environments_are_stages_and_strict_where_nothing_is_guessed(run):
    run.write(
        "shop/compose.yaml",
        """\
        services:
          web:
            image: "public.ecr.aws/nginx/nginx:1.29"
            ports: ["80"]
            healthcheck: {test: "curl -fsS http://localhost", start_period: 5s}
        """,
    )
    assert run("init", "shop", "--api", "--environments").exit_code == 0
    text = (run.folder / "cdk/stacks/environments.py").read_text()
    assert [line.strip() for line in text.splitlines() if 'name="' in line] == [
        'name="dev",',
        'name="staging",',
        'name="prod",',
    ]
    assert text.count("strict=True") == 2


def test_a_workflow_checks_synthesizes_and_deploys_by_oidc(run):
    (run.folder / ".git").mkdir()
    run.write("my shop/compose.yaml", ONE)
    done = run("init", "my shop", "--api", "--environments", "--github-workflow")
    assert done.exit_code == 0, done.output
    workflow = yaml.safe_load((run.folder / ".github/workflows/deploy-myshop.yml").read_text())
    synth, deploy = workflow["jobs"]["synth"], workflow["jobs"]["deploy"]
    assert workflow["defaults"]["run"]["working-directory"] == "cdk"
    assert [step["run"] for step in synth["steps"] if "run" in step] == [
        "pip install -r requirements.txt",
        "serverless-containers check '../my shop' --api --environment dev",
        "serverless-containers check '../my shop' --api --environment staging",
        "serverless-containers check '../my shop' --api --environment prod",
        "python -m pytest",
        "npx --yes aws-cdk@2.1148.1 synth --quiet",
    ]
    # AND only the job that deploys can sign in, and never for a pull request
    assert workflow["permissions"] == {"contents": "read"}
    assert "permissions" not in synth
    assert deploy["permissions"]["id-token"] == "write"
    assert "pull_request" in deploy["if"]
    # AND an environment waits for no other one
    assert "concurrency" not in workflow
    assert "inputs.environment" in deploy["concurrency"]["group"]


def test_a_workflow_of_one_stack_checks_it_once(run):
    run.write("shop/compose.yaml", WORKER)
    assert run("init", "shop", "--worker", "--github-workflow").exit_code == 0
    text = (run.folder / ".github/workflows/deploy-shop.yml").read_text()
    assert "      - run: serverless-containers check ../shop --worker\n" in text


def test_what_is_deployed_is_what_is_bootstrapped(run):
    run.write("shop/compose.yaml", ONE)
    done = run("init", "shop", "--api", "--environments", "--json")
    assert json.loads(done.stdout)["next"][-2:] == [
        "npx aws-cdk@2.1148.1 bootstrap -c environment=dev  # once in an account and region",
        "npx aws-cdk@2.1148.1 deploy -c environment=dev 'dev/*'",
    ]


def test_apps_of_one_repository_have_workflows_of_their_own(run):
    (run.folder / ".git").mkdir()
    for name in ("shop", "blog"):
        run.write(f"{name}/compose.yaml", ONE)
        done = run("init", name, "--api", "--github-workflow", "-o", f"{name}-app")
        assert done.exit_code == 0, done.output
    written = (run.folder / ".github/workflows").iterdir()
    assert {each.name for each in written} == {"deploy-shop.yml", "deploy-blog.yml"}


@pytest.mark.parametrize("name", ["true", "123", "null", "- x"])
def test_what_yaml_would_take_for_something_else_is_quoted(run, name):
    run.write("shop/compose.yaml", ONE)
    done = run("init", "shop", "--api", "--github-workflow", f"--output={name}")
    assert done.exit_code == 0, done.output
    (workflow,) = (run.folder / ".github/workflows").iterdir()
    parsed = yaml.safe_load(workflow.read_text())
    assert parsed["defaults"]["run"]["working-directory"] == name


def test_a_name_that_no_file_can_hold_is_an_error(run):
    folder = os.fsdecode(b"caf\xff")
    run.write(f"{folder}/compose.yaml", ONE)
    assert run("init", folder, "--api", "-o", "made").exit_code == 0
    compile((run.folder / "made/app.py").read_text(), "app.py", "exec")
    done = run("init", folder, "--api", "--github-workflow")
    assert done.exit_code == 1
    assert (
        "Error: caf\\udcff: the name of this file or folder is not UTF-8; rename it" in done.stderr
    )
    assert "defect" not in done.stderr
    assert not (run.folder / "cdk").exists()


def test_commands_that_are_suggested_can_be_pasted(run):
    text = ONE + "secrets: {KEY: {file: ../.secret-key}}\n"
    run.write("a b;touch PWN/compose.yaml", text.replace("services:", "services:", 1))
    done = run("init", "a b;touch PWN", "--api", "-o", "q;id")
    assert done.exit_code == 0, done.output
    assert "cd 'q;id'" in done.output


@pytest.mark.parametrize("name", ["a'b", 'a"b', "ä b", "a{b}", "a\\b"])
def test_any_name_of_a_folder_is_sound_python(run, name):
    run.write(f"{name}/compose.yaml", "name: shop\n" + ONE)
    done = run("init", name, "--api", "--github-workflow", "-o", "out")
    assert done.exit_code == 0, done.output
    compile((run.folder / "out/app.py").read_text(), "app.py", "exec")
    assert (
        repr(name)[1:-1]
        in (run.folder / "out/app.py").read_text().replace('\\"', '"').replace("\\'", "'")
        or name in (run.folder / "out/app.py").read_text()
    )
    (workflow,) = (run.folder / ".github/workflows").iterdir()
    yaml.safe_load(workflow.read_text())


def test_the_flags_and_the_pins_are_those_of_this_repository():
    ours = json.loads((ROOT / "cdk.json").read_text())["context"]
    assert dict(FEATURE_FLAGS) == ours
    pinned = "".join(
        (ROOT / name).read_text() for name in ("requirements.txt", "requirements-dev.txt")
    )
    for name, version in REQUIREMENTS.items():
        assert f"{name}=={version} " in pinned


@pytest.mark.parametrize(
    ("origin", "line"),
    [
        (None, "serverless-containers=={version}"),
        ({"url": "file:///a/b"}, "serverless-containers @ file:///a/b"),
        (
            {"url": "https://example.com/a.git", "vcs_info": {"vcs": "git", "commit_id": "0a1b"}},
            "serverless-containers @ git+https://example.com/a.git@0a1b",
        ),
    ],
)
def test_the_app_requires_this_library_as_it_was_installed(monkeypatch, origin, line):
    class Installed:
        version = "9.9"

        def read_text(self, _name):
            return json.dumps(origin) if origin else None

    monkeypatch.setattr(init_module, "distribution", lambda _name: Installed())
    assert init_module._library() == line.format(version="9.9")


@pytest.mark.parametrize("origin", ["file:///library", "https://example.com/library.whl"])
def test_a_place_on_this_machine_is_told_of(run, monkeypatch, origin):
    monkeypatch.setattr(init_module, "_library", lambda: f"serverless-containers @ {origin}")
    run.write("shop/compose.yaml", ONE)
    done = run("init", "shop", "--api")
    assert ("requirements.txt names this library" in done.stdout) == origin.startswith("file:")


OF_THE_PAGES = [
    words[1:]
    for page in ("README.md", "docs/guides/command-line.md")
    for block in blocks_of(page)
    if block.language == "sh"
    for words in commands(block.text)
    if words[:2] == ["serverless-containers", "init"]
]


@pytest.mark.parametrize("words", OF_THE_PAGES, ids=" ".join)
def test_the_commands_of_the_pages_make_an_app(run, words):
    write(run.folder, {"hello/compose.yaml": ONE, "shop/compose.yaml": ONE, **AMPLIFY["compose"]})
    done = run(*words)
    assert done.exit_code == 0, done.output
    assert (run.folder / "cdk/app.py").is_file()


BIN = Path(sys.executable).parent


def lint(folder, program, *arguments):
    done = subprocess.run(
        [BIN / program, *arguments, "."], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


MADE = [
    ("shop", "--yes", "--api", "--region", "eu-west-1"),
    ("shop", "--yes", "--hosting", "--environments"),
    ("--from", "copilot", "--hosting"),
    ("--from", "amplify/backend/api/posts"),
]


@pytest.mark.parametrize("options", MADE, ids=" ".join)
def test_what_it_makes_passes_ruff(run, options):
    run.write("shop/compose.yaml", TWO)
    write(run.folder, {**COPILOT["shop"], **AMPLIFY["compose"]})
    assert run("init", *options).exit_code == 0
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    # S101: tests assert; INP001: their folder is no package.
    ignored = [*rules["ignore"], "S101", "INP001"]
    style = ["--isolated", "--line-length", "100"]
    lint(run.folder / "cdk", "ruff", "format", "--check", *style)
    lint(
        run.folder / "cdk",
        *("ruff", "check", *style, "--target-version", "py311"),
        *("--select", ",".join(rules["select"]), "--ignore", ",".join(ignored)),
        *("--config", 'lint.pydocstyle.convention="google"'),
    )


@pytest.mark.thorough
@pytest.mark.parametrize("options", MADE, ids=" ".join)
def test_what_it_makes_passes_mypy(run, options):
    run.write("shop/compose.yaml", TWO)
    write(run.folder, {**COPILOT["shop"], **AMPLIFY["compose"]})
    assert run("init", *options).exit_code == 0
    lint(run.folder / "cdk", "mypy", "--strict", "--python-version", "3.11")
