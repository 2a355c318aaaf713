"""``init --from``: projects of Copilot and Amplify, whole ones and broken ones."""

import json
import random
import re

import pytest
import yaml
from aws_cdk import Duration

from serverless_containers import TargetHealthCheck
from serverless_containers.cli import init as init_module
from serverless_containers.scaffold.amplify import convert_api
from serverless_containers.scaffold.model import RETENTIONS
from serverless_containers.scaffold.report import Report
from tests.support.foreign_projects import AMPLIFY, COPILOT, write
from tests.support.pages import blocks_of
from tests.support.shell_lines import commands
from tests.support.work import lines_run

API = "amplify/backend/api/posts"
WEB = "copilot/web/manifest.yml"


def convert(run, files, *arguments):
    write(run.folder, files)
    return run("init", "--from", ".", "--yes", *arguments)


def entries(done):
    return {
        (entry["file"], entry["path"]): (entry["outcome"], entry["line"], entry["message"])
        for entry in json.loads(done.stdout)["report"]
    }


def compose(run, name):
    """The file, whose tags YAML's safe loader does not know."""
    text = (run.folder / name).read_text().replace("!override", "").replace("!reset", "")
    return yaml.safe_load(text)


@pytest.mark.parametrize(
    ("tool", "name"), [("copilot", name) for name in COPILOT] + [("amplify", n) for n in AMPLIFY]
)
def test_what_is_made_passes_check_in_every_environment(run, tool, name):
    files = {"copilot": COPILOT, "amplify": AMPLIFY}[tool][name]
    done = convert(run, files, "--json")
    assert done.exit_code == 0, done.output
    made = json.loads(done.stdout)["files"]
    bases = [each for each in made if each.count(".") == 2 and each.endswith(".compose.yaml")]
    projects = bases or ["posts"]
    for project in projects:
        for environment in ("test", "prod", "dev"):
            checked = run("check", project, "--environment", environment)
            assert checked.exit_code == 0, checked.output
    for each in made:
        if each.endswith(".py"):
            compile((run.folder / each).read_text(), each, "exec")


def test_what_copilot_sets_by_itself_is_told_once_for_a_service(run):
    done = convert(run, COPILOT["shop"], "--hosting", "--json")
    told = [
        (entry["file"], entry["line"])
        for entry in json.loads(done.stdout)["report"]
        if entry["message"].startswith("the variables that Copilot sets by itself")
    ]
    assert len(told) == len({file for file, _ in told}) > 1


def test_a_volume_of_one_letter_is_no_drive(run):
    files = manifest("exec: true", "exec: true\nstorage: {volumes: {d: {path: /data, efs: true}}}")
    assert convert(run, {**COPILOT["first"], **files}).exit_code == 0
    mount = {"type": "volume", "source": "d", "target": "/data", "read_only": True}
    assert compose(run, "web.compose.yaml")["services"]["web"]["volumes"] == [mount]


def test_every_key_of_a_manifest_is_in_the_report_with_its_place(run):
    done = convert(run, COPILOT["shop"], "--hosting", "--json")
    found = entries(done)
    shown = "copilot/frontend/manifest.yml"
    lines = COPILOT["shop"][shown].splitlines()
    for key, outcome in {
        "http.healthcheck": "carried over",
        "http.alias": "not carried over",
        "http.allowed_source_ips": "not carried over",
        "image.build": "carried over",
        "cpu": "carried over",
        "count.range": "carried over",
        "count.cooldown": "changed",
        "count.response_time": "not carried over",
        "variables.TOPIC": "not carried over",
        "secrets.OLD": "carried over",
        "secrets.EXPORTED.from_cfn": "not carried over",
        "storage.volumes.old.efs": "changed",
        "sidecars.proxy.credentialsParameter": "not carried over",
        "publish": "not carried over",
        "nlb": "not carried over",
        "taskdef_overrides": "not carried over",
        "network.vpc.placement": "carried over",
        "network.vpc.security_groups": "not carried over",
        "colour": "not carried over",
        "environments.prod.http.healthcheck": "not carried over",
    }.items():
        said, line, message = found[shown, key]
        assert (said, bool(message)) == (outcome, True), key
        assert key.rsplit(".", 1)[-1] in lines[line - 1], key
    assert found["copilot/report/manifest.yml", "type"][0] == "not carried over"
    assert found["copilot/pages/manifest.yml", "type"][0] == "not carried over"
    assert found["copilot/frontend/addons/storage.yml", "Resources.Posts"][1] == 3
    assert found["copilot/environments/prod/manifest.yml", "network"][0] == "not carried over"


def test_a_manifest_becomes_a_compose_file(run):
    convert(run, COPILOT["shop"], "--hosting")
    model = compose(run, "frontend.compose.yaml")
    assert model["name"] == "shop-frontend"
    assert model["x-serverless-containers"] == {
        "entrypoint": "frontend",
        "port": 8080,
        "cpu": 512,
        "memory": 1024,
        "names": "none",
    }
    frontend, proxy = model["services"]["frontend"], model["services"]["proxy"]
    assert frontend["build"] == {
        "context": "./frontend",
        "dockerfile": "docker/Dockerfile",
        "target": "run",
        "cache_from": ["alpine"],
        "args": {"VERSION": "1.2"},
    }
    assert frontend["environment"] == {
        "STAGE": "test",
        "PRICE": "$$5",
        "LITERAL": "$${NAME}",
        "DEBUG": "true",
        "PORT": "8080",
    }
    assert frontend["platform"] == proxy["platform"] == "linux/arm64"
    assert frontend["depends_on"] == {"proxy": {"condition": "service_healthy"}}
    assert frontend["volumes"] == ["data:/var/data", "old:/var/old:ro", "scratch:/scratch"]
    assert proxy["secrets"] == [{"source": "proxy_TOKEN", "target": "TOKEN"}]
    assert proxy["restart"] == "no"
    assert model["secrets"]["TOKEN"] == {
        "external": True,
        "name": "/copilot/shop/test/secrets/token",
        "x-serverless-containers": {"store": "parameter-store"},
    }
    assert model["secrets"]["DB_PASSWORD"]["x-serverless-containers"] == {"json-key": "password"}
    # AND its environment has what differs there
    assert compose(run, "frontend.compose.prod.yaml") == {
        "x-serverless-containers": {"port": 9090, "cpu": 1024, "memory": 2048},
        "services": {
            "frontend": {
                "ports": ["9090"],
                "environment": {"STAGE": "production"},
                "deploy": {"replicas": 3},
            }
        },
        "secrets": {"TOKEN": {"name": "/copilot/shop/prod/secrets/token"}},
    }
    assert not (run.folder / "frontend.compose.test.yaml").exists()


@pytest.mark.parametrize(("delay", "taken"), [(20, 20), (50, 50), (300, 120)])
def test_a_container_may_take_as_long_to_stop_as_requests_go_on(run, delay, taken):
    files = manifest("path: '/'", f"path: '/'\n  deregistration_delay: {delay}s")
    done = convert(run, {**COPILOT["first"], **files}, "--hosting", "--json")
    outcome = "carried over" if delay == taken else "changed"
    assert entries(done)[WEB, "http.deregistration_delay"][0] == outcome
    stack = (run.folder / "cdk/stacks/web_stack.py").read_text()
    assert f"deregistration_delay=Duration.seconds({taken})," in stack
    service = compose(run, "web.compose.yaml")["services"]["web"]
    assert service.get("stop_grace_period") == (f"{taken}s" if taken > 30 else None)


@pytest.mark.parametrize("limits", ["0-5", "{min: 0, max: 5}"])
def test_a_scaling_keeps_the_task_that_it_measures(run, limits):
    changed = manifest("count: 1", f"count: {{range: {limits}, cpu_percentage: 50}}")
    done = convert(run, {**COPILOT["first"], **changed}, "--json")
    assert done.exit_code == 0, done.output
    assert entries(done)[WEB, "count.range"][0] == "changed"
    assert "min_capacity=1," in (run.folder / "cdk/stacks/environments.py").read_text()


def test_what_must_not_run_twice_has_no_scaling(run):
    files = manifest("count: 1", "count: {range: 1-5, cpu_percentage: 50}")
    files[WEB] += """\
storage: {volumes: {data: {path: /d, efs: true}}}
sidecars:
  db:
    image: public.ecr.aws/docker/library/postgres:17
    mount_points: [{source_volume: data, path: /var/lib/postgresql/data, read_only: false}]
"""
    done = convert(run, {**COPILOT["first"], **files})
    assert done.exit_code == 1
    assert f"{WEB}:2:1: count: error: web cannot scale in test: db must not run" in done.stdout
    assert not (run.folder / "cdk").exists()


def test_a_shell_takes_a_file_system_that_can_be_written(run):
    files = manifest("exec: true", "exec: true\nstorage: {readonly_fs: true}")
    done = convert(run, {**COPILOT["first"], **files})
    assert done.exit_code == 1
    # AND it is told of the manifest: the Compose file is not kept
    assert f"{WEB}:16:11: storage.readonly_fs: error: " in done.stdout
    assert "(services.web.read_only of web.compose.yaml)" in done.stdout
    assert "web.compose.yaml:" not in done.stdout


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("memory: 512", "memory: 600", ":13:1: memory: error"),
        ("exec: true", "sidecars: {a: {image: 'x:1', port: 8080}}", ":15:"),
        ("exec: true", "environments: {prod: {image: {port: 70000}}}", ":15:31: image.port"),
        ("exec: true", "volumes: x\nstorage: {volumes: {d: {path: data}}}", "storage.volumes"),
        ("port: 8080", "port: 8080\n  healthcheck: {interval: soon}", ":11:17: image.healthcheck"),
    ],
)
def test_what_check_finds_is_told_at_the_place_in_the_manifest(run, old, new, place):
    (run.folder / "shop").mkdir()
    write(run.folder / "shop", {**COPILOT["first"], **manifest(old, new)})
    done = run("init", "--from", "shop", "--yes")
    assert done.exit_code == 1, done.output
    errors = [line for line in done.stdout.splitlines() if "error: " in line]
    assert errors, done.output
    for error in errors:
        assert error.startswith(f"shop/{WEB}{place if place[0] == ':' else ':'}"), error
        assert place in error


def test_the_app_has_what_no_compose_file_says(run):
    convert(run, COPILOT["shop"], "--hosting")
    stack = (run.folder / "cdk/stacks/frontend_stack.py").read_text()
    assert 'source=ROOT.parent / "frontend.compose.yaml",' in stack
    assert "grace_period=Duration.seconds(120)" in stack
    assert "deregistration_delay=Duration.seconds(50)," in stack
    assert "stickiness=Stickiness()," in stack
    assert "ephemeral_storage_gib=50" in stack
    environments = (run.folder / "cdk/stacks/environments.py").read_text()
    test, prod = environments.partition('name="prod"')[::2]
    for line in ("max_capacity=10,", "cpu_percent=70,", "memory_percent=80,"):
        assert line in test
    assert "requests_per_task=1000" in test
    assert '"frontend": TaskScaling' not in prod
    assert "NetworkProfile.PRIVATE" in prod
    # AND no requests count where none come in
    assert "max_capacity=4," in prod
    assert "requests_per_task=10," not in environments


def test_api_or_web_site_is_asked_for_where_requests_come_in(run):
    write(run.folder, COPILOT["first"])
    done = run("init", "--from", ".")
    assert done.exit_code == 2
    assert "--api or --hosting" in done.stderr
    assert not (run.folder / "cdk").exists()


def test_of_workers_nothing_is_asked(run):
    write(run.folder, COPILOT["poller"])
    done = run("init", "--from", "copilot")
    assert done.exit_code == 0, done.output


def test_an_api_has_no_target_group(run):
    done = convert(run, COPILOT["shop"], "--api", "--json")
    found = entries(done)
    for key in ("healthcheck", "stickiness", "deregistration_delay"):
        assert found["copilot/frontend/manifest.yml", f"http.{key}"][0] == "not carried over"
    assert "TargetOptions" not in (run.folder / "cdk/stacks/frontend_stack.py").read_text()


def test_the_app_stays_out_of_the_images_that_are_built_of_the_workspace(run):
    done = convert(run, COPILOT["first"], "--json")
    assert (run.folder / ".dockerignore").read_text() == "cdk\n"
    assert ".dockerignore" in json.loads(done.stdout)["files"]


@pytest.mark.parametrize(
    ("line", "told"), [("cdk", False), ("/cdk/", False), ("*", False), ("cdks", True)]
)
def test_what_is_left_out_of_a_context_already_is_no_advice(run, line, told):
    done = convert(run, {**COPILOT["first"], ".dockerignore": f"{line}\n"}, "--json")
    assert any("add the line cdk" in note for note in json.loads(done.stdout)["notes"]) is told


def test_a_variable_without_a_value_is_empty(run):
    convert(run, {**COPILOT["first"], **manifest("exec: true", "variables: {A: }")})
    assert compose(run, "web.compose.yaml")["services"]["web"]["environment"] == {"A": ""}


@pytest.mark.parametrize(
    ("value", "host"),
    [
        ("http://orders:8080", "orders"),
        ("https://me:pw@orders/path", "orders"),
        ("orders:8080", "orders"),
        ("cache:1,orders:2", "orders"),
        ("orders", "orders"),
        (
            "http://orders.${COPILOT_ENVIRONMENT_NAME}.${COPILOT_APPLICATION_NAME}.local:80",
            "orders.test.first.local",
        ),
        ("other.test.first.local", "other.test.first.local"),
        ("web", None),
        ("orders/static", None),
        ("shop/orders:1", None),
        ("http://orders.example.com", None),
        ("my-orders:80", None),
        ("orders of today", None),
    ],
)
def test_a_variable_with_the_address_of_another_service_is_told_of(run, value, host):
    files = {
        "copilot/orders/manifest.yml": "name: orders\ntype: Backend Service\n"
        "image: {build: Dockerfile, port: 8080}\n",
        **manifest("exec: true", f"variables: {{URL: '{value}'}}"),
    }
    done = convert(run, {**COPILOT["first"], **files}, "--json")
    outcome, line, said = entries(done)[WEB, "variables.URL"]
    assert (outcome, line) == ("carried over" if host is None else "changed", 15)
    assert host is None or f"where {host} is an address" in said


def test_text_of_any_characters_is_what_it_was(run):
    given = {
        "LINES": "a\x85b\u2028c\u2029d",
        "CONTROLS": "\x7f\x80\x1b",
        "MARK": "\ufeffé\U0001f600",
        "K" * 2000: "long",
    }
    changed = manifest("exec: true", yaml.safe_dump({"variables": given}))
    done = convert(run, {**COPILOT["first"], **changed})
    assert done.exit_code == 0, done.output
    found = compose(run, "web.compose.yaml")["services"]["web"]["environment"]
    assert {name: found[name] for name in given} == given


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("network",), "'network' and the stack of the network would both be NetworkStack"),
        (("a-1", "a1"), "'a1' and 'a-1' would both be A1Stack"),
    ],
)
def test_services_whose_names_are_one_in_the_app_are_refused(run, names, said):
    poller = COPILOT["poller"]["copilot/poller/manifest.yml"]
    files = {
        f"copilot/{name}/manifest.yml": poller.replace("name: poller", f"name: {name}")
        for name in names
    }
    done = convert(run, files)
    assert done.exit_code == 1
    assert f"copilot/{names[-1]}/manifest.yml:1:1: name: error: {said}" in done.stdout
    assert not (run.folder / "cdk").exists()


def test_no_stack_of_the_app_is_called_as_one_of_copilots(run):
    assert convert(run, COPILOT["first"], "--name", "first").exit_code == 2
    assert not (run.folder / "cdk").exists()
    convert(run, COPILOT["first"])
    assert 'NAME = "cdk-first"' in (run.folder / "cdk/app.py").read_text()


def test_environments_that_are_alike_are_planned_once(run, monkeypatch):
    planned = []

    def plan_source(*arguments, environment, **options):
        planned.append(environment)
        return real(*arguments, environment=environment, **options)

    real = init_module.plan_source
    monkeypatch.setattr(init_module, "plan_source", plan_source)
    names = [f"e{number}" for number in range(9)]
    files = {f"copilot/environments/{name}/manifest.yml": f"name: {name}\n" for name in names}
    files |= manifest("exec: true", "environments: {e3: {cpu: 512, memory: 1024}}")
    assert convert(run, {**COPILOT["first"], **files}).exit_code == 0
    assert planned == ["e0", "e3"]


@pytest.mark.parametrize("separator", [" ", "\n"])
def test_what_a_file_of_many_parameters_costs_grows_with_their_number(run, separator):
    def converting(number):
        keys = f",{separator}".join(f'"k{index}": 1' for index in range(number))
        write(run.folder, {**AMPLIFY["dockerfile"], f"{API}/parameters.json": f"{{{keys}}}"})
        return lines_run(lambda: convert_api(run.folder / API, run.folder, Report()))

    assert converting(800) < 3 * converting(400)


def test_logs_are_kept_as_long_as_the_service_that_keeps_them_longest(run):
    files = {
        **manifest(
            "exec: true",
            "logging: {retention: 7, destination: {Name: x}}\n"
            "environments: {dev: {}, prod: {logging: {retention: 365}}}",
        ),
        "copilot/poller/manifest.yml": COPILOT["poller"]["copilot/poller/manifest.yml"],
    }
    done = convert(run, {**COPILOT["first"], **files}, "--json")
    found = entries(done)
    assert found[WEB, "logging.retention"][0] == "carried over"
    assert found[WEB, "logging.destination"][0] == "not carried over"
    text = (run.folder / "cdk/stacks/environments.py").read_text()
    _, dev, test, prod = re.split(r'name="[a-z]+"', text)
    # AND a manifest that says nothing means thirty days
    assert "log_retention=logs.RetentionDays.ONE_MONTH" in dev
    assert "log_retention=logs.RetentionDays.ONE_MONTH" in test
    assert "log_retention=logs.RetentionDays.ONE_YEAR" in prod
    assert "THREE_MONTHS" not in text


def test_the_days_that_logs_are_kept_are_the_cdks():
    from aws_cdk import aws_logs  # noqa: PLC0415  # slow

    assert {*RETENTIONS.values(), "INFINITE"} == {each.name for each in aws_logs.RetentionDays}


def test_an_environment_may_build_what_others_take_from_a_registry(run):
    convert(run, COPILOT["image"])
    prod = compose(run, "web.compose.prod.yaml")["services"]["web"]
    assert prod["build"] == {"context": "."}
    assert prod["image"] is None
    assert prod["deploy"] is None


def test_what_stands_beside_the_manifests_is_in_the_report(run):
    addon = "Resources: {}\nOutputs:\n  postsTableName: {Value: !Ref posts}\n"
    files = {
        "copilot/web/addons/posts.yml": addon,
        "copilot/pipelines/main/manifest.yml": "name: main\n",
        "copilot/environments/overrides/cfn.patches.yml": "[]\n",
        "copilot/environments/prod/manifest.yml": "name: prod\ntype: Environment\n",
        "copilot/environments/test/manifest.yml": "name: test\ntype: Environment\n",
    }
    done = convert(run, {**COPILOT["first"], **files}, "--json")
    found = entries(done)
    assert found["copilot/web/addons/posts.yml", "Outputs.postsTableName"][:2] == (
        "not carried over",
        3,
    )
    assert "as POSTS_TABLE_NAME" in done.stdout
    for name in ("copilot/pipelines", "copilot/environments/overrides"):
        assert found[name, ""][0] == "not carried over"
    # AND prod has no fewer zones than it had
    for name, zones in (("prod", "three zones"), ("test", "one zone")):
        outcome, _, said = found[
            f"copilot/environments/{name}/manifest.yml", f"environments.{name}"
        ]
        assert outcome == "changed"
        assert said.startswith(zones)
    written = (run.folder / "cdk/stacks/environments.py").read_text()
    assert written.count("high_availability=True") == 1
    assert written.index('name="prod"') < written.index("high_availability=True")


def test_the_name_of_a_scaling_of_app_runners_is_not_carried_over(run):
    files = {
        "copilot/.workspace": "application: shop\n",
        "copilot/web/manifest.yml": (
            "name: web\ntype: Request-Driven Web Service\n"
            "image: {location: 'nginx:1.29', port: 80}\ncount: high-traffic\n"
        ),
    }
    done = convert(run, files, "--json")
    assert entries(done)["copilot/web/manifest.yml", "count"][0] == "not carried over"


@pytest.mark.parametrize("count", ["-1", "[2]", "1.5"])
def test_what_is_no_name_of_a_scaling_is_an_error(run, count):
    files = {
        "copilot/.workspace": "application: shop\n",
        "copilot/web/manifest.yml": (
            "name: web\ntype: Request-Driven Web Service\n"
            f"image: {{location: 'nginx:1.29', port: 80}}\ncount: {count}\n"
        ),
    }
    done = convert(run, files)
    assert done.exit_code == 1
    assert "copilot/web/manifest.yml:4:" in done.output


def test_an_environment_of_amplifys_keeps_its_region(run):
    provider = '{"%s": {"awscloudformation": {"Region": "%s"}}}'
    files = {"amplify/team-provider-info.json": provider % ("dev", "eu-west-1")}
    convert(run, {**AMPLIFY["compose"], **files})
    assert 'region="eu-west-1"' in (run.folder / "cdk/stacks/environments.py").read_text()


def test_an_api_of_amplify_becomes_one_here(run):
    done = convert(run, AMPLIFY["compose"], "--json")
    found = entries(done)
    config = "amplify/backend/backend-config.json"
    assert found[config, "api.posts.restrictAccess"][:2] == ("changed", 7)
    assert found[config, "api.posts.exposedContainer"][0] == "carried over"
    assert found[config, "api.posts.dependsOn[0]"][0] == "not carried over"
    assert found[f"{API}/src/docker-compose.yml", "secrets.PASS"][:2] == ("changed", 13)
    # AND the Compose file is the one that was there, with the entrypoint
    text = (run.folder / "posts/docker-compose.yml").read_text()
    assert text.startswith(AMPLIFY["compose"][f"{API}/src/docker-compose.yml"])
    assert yaml.safe_load(text)["x-serverless-containers"] == {
        "entrypoint": "express",
        "port": 8080,
    }
    stack = (run.folder / "cdk/stacks/api_stack.py").read_text()
    assert "authorization=Authorization.cognito()," in stack
    assert "images=BuildPipeline.managed()," in stack
    assert not (run.folder / "posts/express/node_modules").exists()
    environments = (run.folder / "cdk/stacks/environments.py").read_text()
    assert environments.index('name="dev"') < environments.index('name="prod"')


def test_the_port_is_the_one_on_which_the_container_listens(run):
    files = {
        FILE: "services:\n  web: {build: ., ports: ['9000:8080']}\n",
        **config('"exposedContainer": {"name": "web", "port": 9000}'),
    }
    done = convert(run, {**AMPLIFY["dockerfile"], **files}, "--json")
    assert entries(done)[CONFIG, "api.posts.exposedContainer"][0] == "changed"
    assert compose(run, "posts/docker-compose.yml")["x-serverless-containers"]["port"] == 8080


@pytest.mark.parametrize(
    "text",
    [
        "services:\n  web: {build: ., ports: ['8080']}\n...\n",
        "{services: {web: {build: ., ports: ['8080']}}}\n",
        "  services:\n    web: {build: ., ports: ['8080']}\n",
    ],
)
def test_where_the_entrypoint_cannot_be_appended_the_way_out_is_told(run, text):
    settings = 'x-serverless-containers: {"entrypoint": "web", "port": 8080}'
    files = {
        **AMPLIFY["dockerfile"],
        FILE: text,
        **config('"exposedContainer": {"name": "web", "port": 8080}'),
    }
    done = convert(run, files)
    assert done.exit_code == 1, done.output
    assert done.stdout.count(": error: ") == 1, done.output
    assert f"{FILE}:1:1: error: " in done.stdout
    assert f"write {settings}" in done.stdout
    assert not (run.folder / "posts").exists()


def test_the_entrypoint_is_appended_to_the_last_of_several_documents(run):
    files = {
        **AMPLIFY["dockerfile"],
        FILE: "services: {web: {build: ., ports: ['8080']}}\n---\nvolumes: {a: }\n",
        **config('"exposedContainer": {"name": "web", "port": 8080}'),
    }
    done = convert(run, files)
    assert done.exit_code == 0, done.output


def test_no_value_of_a_secret_is_copied(run):
    done = convert(run, AMPLIFY["compose"], "--json")
    assert json.loads(done.stdout)["next"][:2] == [
        f"install -m 600 {API}/secrets/.secret-pass secrets/.secret-pass",
        "serverless-containers secrets push posts --env dev",
    ]
    assert (run.folder / "secrets/.gitignore").read_text() == ".secret-*\n"
    assert not (run.folder / "secrets/.secret-pass").exists()
    assert "sesame" not in done.output


@pytest.mark.parametrize(("is_there", "told"), [(True, ""), (False, " is not there")])
def test_a_secrets_file_is_looked_for_where_amplify_has_it(run, is_there, told):
    files = {
        **AMPLIFY["compose"],
        FILE: AMPLIFY["compose"][FILE].replace("../secrets/.secret-pass", "./.secret-pass"),
    }
    if not is_there:
        del files[f"{API}/secrets/.secret-pass"]
    done = convert(run, files, "--json")
    source = f"{API}/secrets/.secret-pass" if is_there else f"{API}/src/.secret-pass"
    moving = f"install -m 600 {source} posts/.secret-pass"
    assert json.loads(done.stdout)["next"][0] == moving
    assert entries(done)[FILE, "secrets.PASS"][2].endswith(told or "push it")


def test_a_secret_may_have_the_name_of_a_placeholder(run):
    text = AMPLIFY["compose"][FILE].replace(".secret-pass", ".secret-ENV_KEY")
    done = convert(run, {**AMPLIFY["compose"], FILE: text}, "--json")
    assert json.loads(done.stdout)["next"][:2] == [
        f"install -m 600 {API}/secrets/.secret-ENV_KEY secrets/.secret-ENV_KEY",
        "serverless-containers secrets push posts --env dev",
    ]


def test_a_lone_dockerfile_of_amplify_gets_a_compose_file(run):
    convert(run, AMPLIFY["dockerfile"])
    assert compose(run, "posts/compose.yaml") == {
        "name": "posts",
        "services": {"posts": {"build": ".", "ports": ["8080"]}},
    }
    assert not (run.folder / "posts/buildspec.yml").exists()
    # AND what grants nothing is no file
    assert not (run.folder / "posts/custom-policies.json").exists()


def test_of_several_apis_one_is_named(run):
    write(run.folder, AMPLIFY["dockerfile"])
    write(run.folder, {"amplify/backend/api/more/src/Dockerfile": "FROM x\nEXPOSE 80\n"})
    done = run("init", "--from", ".")
    assert done.exit_code == 2
    assert "amplify/backend/api/more, amplify/backend/api/posts" in done.stderr
    assert run("init", "--from", API).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--from", "nowhere"), "expected a folder with copilot"),
        (("--from", ".", "shop"), "PATH and --from exclude each other"),
        (("--from", ".", "--port", "80"), "--port and --from exclude each other"),
        (("--from", ".", "--worker"), "the manifests say which"),
    ],
)
def test_options_that_go_with_other_sources_are_refused(run, arguments, said):
    write(run.folder, COPILOT["first"])
    done = run("init", *arguments)
    assert done.exit_code == 2
    assert said in done.stderr


MANIFEST = COPILOT["first"][WEB]


def manifest(old, new):
    assert old in MANIFEST
    return {WEB: MANIFEST.replace(old, new)}


BROKEN = {
    "empty": ({WEB: ""}, f"{WEB}:1:1: error"),
    "a comment": ({WEB: "# nothing\n"}, f"{WEB}:1:1: error"),
    "a list": ({WEB: "- a\n"}, f"{WEB}:1:1: error: expected a mapping"),
    "text": ({WEB: "name\n"}, f"{WEB}:1:1: error: expected a mapping"),
    "no YAML": ({WEB: "name: [\n"}, f"{WEB}:2:1: error"),
    "two documents": ({WEB: MANIFEST + "---\na: b\n"}, "more than one document"),
    "a key twice": (manifest("cpu: 256", "cpu: 256\ncpu: 512"), f"{WEB}:13:1: error"),
    "a tag": (manifest("cpu: 256", "cpu: !Ref Cpu"), f"{WEB}:12:6: cpu: error"),
    "not UTF-8": ({WEB: MANIFEST.encode() + b"# \xff\n"}, f"{WEB}:18:3: error"),
    "a zero byte": ({WEB: MANIFEST.encode() + b"\x00"}, f"{WEB}:18:1: error"),
    "huge": ({WEB: MANIFEST + "#" * 2_000_000}, "has more than 1048576 bytes"),
    "deep": ({WEB: "a: " + "[" * 5000}, f"{WEB}:1:"),
    "many aliases": (
        {
            WEB: "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
            + "".join(
                f"b{n}: &b{n} [{','.join([f'*b{n - 1}' if n else '*a'] * 10)}]\n" for n in range(9)
            )
        },
        f"{WEB}:1:1: error",
    ),
    "no type": (manifest("type: Load Balanced Web Service\n", ""), "has no type"),
    "another type": (
        manifest("type: Load Balanced Web Service", "type: Load Balanced Web Servise"),
        f"{WEB}:3:7: type: error: 'Load Balanced Web Servise' is no type of Copilot's; did you "
        "mean 'Load Balanced Web Service'?",
    ),
    "a type that is a list": (manifest("type: Load", "type: [a] #"), "has no type"),
    "a name that is none": (manifest("name: web", "name: ../web"), "got '../web'"),
    "no image": (manifest("image:\n  build: Dockerfile\n  port: 8080\n", ""), "image is missing"),
    "image as text": (
        manifest("image:\n  build: Dockerfile\n  port: 8080\n", "image: nginx\n"),
        f"{WEB}:8:8: image: error: expected a mapping, got 'nginx'",
    ),
    "neither build nor location": (manifest("build: Dockerfile", "build:"), "expected build or"),
    "both": (
        manifest("build: Dockerfile", "build: Dockerfile\n  location: nginx"),
        f"{WEB}:10:3: image.location: error: build and location exclude each other",
    ),
    "no Dockerfile": (
        manifest("build: Dockerfile", "build: web/Dockerfile"),
        f"{WEB}:9:3: image.build: error: web/Dockerfile is no file",
    ),
    "a Dockerfile outside": (
        manifest("build: Dockerfile", "build: ../Dockerfile"),
        f"{WEB}:9:3: image.build: error: ../Dockerfile is outside the workspace",
    ),
    "a context outside": (
        manifest("build: Dockerfile", "build: {dockerfile: Dockerfile, context: /etc}"),
        "/etc is outside the workspace",
    ),
    "build as a list": (manifest("build: Dockerfile", "build: [a]"), "the path of a Dockerfile"),
    "a zero byte in a path": (manifest("build: Dockerfile", 'build: "a\\0b"'), f"{WEB}:9:3"),
    "a port that is none": (
        manifest("port: 8080", "port: http"),
        f"{WEB}:10:9: image.port: error: expected a whole number, got 'http'",
    ),
    "no port": (manifest("  port: 8080\n", ""), "image.port is missing"),
    "cpu as a list": (manifest("cpu: 256", "cpu: [256]"), "cpu: error: expected a whole number"),
    "a size that there is not": (manifest("cpu: 256", "cpu: 300"), "300"),
    "count as text": (manifest("count: 1", "count: many"), "count: error: expected a whole"),
    "a range that is none": (
        manifest("count: 1", "count: {range: 5-1, cpu_percentage: 50}"),
        f"{WEB}:14:9: count.range: error: expected a range such as 1-10",
    ),
    "a percentage that is none": (
        manifest("count: 1", "count: {range: 1-5, cpu_percentage: 500}"),
        "expected 1 to 100 percent, got 500",
    ),
    "a retention that is none": (
        manifest("exec: true", "logging: {retention: 8}"),
        f"{WEB}:15:11: logging.retention: error: expected days that CloudWatch Logs knows",
    ),
    "exec as text": (manifest("exec: true", "exec: maybe"), "exec: error: expected true or false"),
    "a duration that is none": (
        manifest("path: '/'", "path: '/'\n  deregistration_delay: soon"),
        "expected a duration such as 30s, got 'soon'",
    ),
    "http as a list": (manifest("http:\n  path: '/'", "http: [a]"), "http: error"),
    "variables as a list": (manifest("exec: true", "variables: [a]"), "variables: error"),
    "a variable that is a list": (manifest("exec: true", "variables: {A: [b]}"), "variables.A"),
    "a secret that is a list": (manifest("exec: true", "secrets: {A: [b]}"), "secrets.A: error"),
    "a secret that is nothing": (manifest("exec: true", "secrets: {A: }"), "it names no secret"),
    "an empty secret": (manifest("exec: true", "secrets: {A: {b: c}}"), "secrets.A: error"),
    "no env_file": (manifest("exec: true", "env_file: .missing"), ".missing is no file"),
    "sidecars as text": (manifest("exec: true", "sidecars: a"), "sidecars: error"),
    "a sidecar without an image": (
        manifest("exec: true", "sidecars: {a: {port: 1}}"),
        "sidecars.a: error: image is missing",
    ),
    "a mount without a path": (
        manifest("exec: true", "sidecars: {a: {image: x, mount_points: [{path: /a}]}}"),
        "expected source_volume and path",
    ),
    "a mount of nothing": (
        manifest("exec: true", "sidecars: {a: {image: x, mount_points: [b, {}]}}"),
        "mount_points[0]: error: expected a mapping",
    ),
    "a dependency that is none": (
        manifest("port: 8080", "port: 8080\n  depends_on: {web: soon}"),
        "expected start, healthy, success, complete, got 'soon'",
    ),
    "Windows": (manifest("exec: true", "platform: windows/x86_64"), "Windows containers are not"),
    "environments as a list": (manifest("exec: true", "environments: [a]"), "environments: error"),
    "an environment that is no mapping": (
        manifest("exec: true", "environments: {prod: 5}"),
        f"{WEB}:15:22: environments.prod: error: expected a mapping, got '5'",
    ),
    "an environment's name that is none": (
        manifest("exec: true", "environments: {A/B: {}}"),
        "'A/B' is no environment's name",
    ),
    "a workspace that is no YAML": ({"copilot/.workspace": ":::["}, "copilot/.workspace:1"),
    "two of a name": ({"copilot/other/manifest.yml": MANIFEST}, "is called 'web', too"),
    "an addon that is no YAML": (
        {"copilot/web/addons/a.yml": "Resources: ["},
        "copilot/web/addons/a.yml:2:1: error",
    ),
    "an addon that is deep": ({"copilot/web/addons/a.yml": "[" * 5000}, "addons/a.yml:1:"),
    "an environment that is no YAML": (
        {"copilot/environments/test/manifest.yml": "a: ["},
        "environments/test/manifest.yml:2:1: error",
    ),
}


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("path", "no-slash", "expected a path that starts with /, got 'no-slash'; write /no-slash"),
        ("path", "/" * 1025, "expected at most 1024 characters, got 1025"),
        ("interval", "4s", "expected 5 to 300 seconds, got 4"),
        ("interval", "10m", "expected 5 to 300 seconds, got 600"),
        ("interval", "5s", "expected more than the timeout of 5 seconds, got 5"),
        ("timeout", "0s", "expected 2 to 120 seconds, got 0"),
        ("timeout", "121s", "expected 2 to 120 seconds, got 121"),
        ("timeout", "10s", "expected less than the interval of 10 seconds, got 10"),
        ("grace_period", "999999h", "expected 0 to 2147483647 seconds, got 3599996400"),
        ("healthy_threshold", "1", "expected 2 to 10, got 1"),
        ("unhealthy_threshold", "11", "expected 2 to 10, got 11"),
        ("port", "99999999", "expected 1 to 65535, got 99999999"),
        ("success_codes", "0-99", "expected status codes from 200 to 499"),
    ],
)
def test_what_no_target_group_takes_is_an_error(run, key, value, said):
    changed = manifest("path: '/'", f"path: '/'\n  healthcheck: {{{key}: '{value}'}}")
    done = convert(run, {**COPILOT["first"], **changed}, "--hosting")
    assert done.exit_code == 1, done.output
    assert done.stdout.count(f"{WEB}:7:17: http.healthcheck.{key}: error: {said}") == 1, done.output
    assert done.stdout.count(": error: ") == 1
    assert not (run.folder / "cdk").exists()
    # AND the construct would refuse it
    number, unit = value.rstrip("smh"), value[-1]
    duration = {"s": Duration.seconds, "m": Duration.minutes, "h": Duration.hours}.get(unit)
    given = duration(int(number)) if number.isdecimal() and duration else value
    keyword = {"success_codes": "codes"}.get(key, key)
    with pytest.raises(ValueError, match="expected"):
        TargetHealthCheck(**{keyword: int(given) if str(given).isdecimal() else given})


def test_a_path_alone_that_no_target_group_takes_is_an_error(run):
    changed = manifest("path: '/'", "path: '/'\n  healthcheck: no-slash")
    done = convert(run, {**COPILOT["first"], **changed}, "--hosting")
    assert done.exit_code == 1, done.output
    assert f"{WEB}:7:3: http.healthcheck: error: expected a path that starts with /" in done.stdout


@pytest.mark.parametrize(
    "check", ["{interval: 300s, timeout: 120s}", "{interval: 6s}", "{success_codes: '200,301'}"]
)
def test_what_a_target_group_takes_is_carried_over(run, check):
    changed = manifest("path: '/'", f"path: '/'\n  healthcheck: {check}")
    assert convert(run, {**COPILOT["first"], **changed}, "--hosting").exit_code == 0


@pytest.mark.parametrize(
    ("size", "taken"), [(19, False), (20, True), (21, True), (200, True), (201, False)]
)
def test_a_task_has_20_to_200_gib_of_disk(run, size, taken):
    changed = manifest("exec: true", f"storage: {{ephemeral: {size}}}")
    done = convert(run, {**COPILOT["first"], **changed})
    assert (done.exit_code == 0) == taken
    said = f"{WEB}:15:11: storage.ephemeral: error: expected 20 to 200 GiB, got {size}"
    assert (said in done.stdout) == (not taken), done.output


def test_no_name_of_a_stack_is_too_long(run):
    environment, service = "e" * 60, "w" * 63
    changed = manifest("name: web", f"name: {service}")
    changed[WEB] += f"environments: {{{environment}: {{}}, test: {{}}}}\n"
    files = {**COPILOT["first"], **changed}
    done = convert(run, files)
    assert done.exit_code == 1, done.output
    assert done.stdout.count(f"{WEB}:2:1: name: error: a stack would be called cdk-first-e") == 1
    assert "134 characters" in done.stdout
    assert not (run.folder / "cdk").exists()
    # AND --name is a way out
    assert convert(run, files, "--name", "s").exit_code == 0
    # AND the network has a stack, too
    done = convert(
        run,
        {**COPILOT["first"], WEB: MANIFEST + f"environments: {{{'e' * 63}: }}\n"},
        "--name",
        "n" * 64,
    )
    assert done.exit_code == 1, done.output
    assert f"environments.{'e' * 63}: error: a stack would be called n" in done.stdout


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_told_with_its_place_and_nothing_is_written(run, case):
    files, said = BROKEN[case]
    done = convert(run, {**COPILOT["first"], **files})
    assert done.exit_code == 1, done.output
    assert said in done.stdout, done.output
    assert "nothing is written" in done.stderr
    assert "defect" not in done.output
    assert not (run.folder / "cdk").exists()
    assert not list(run.folder.glob("*.compose*.yaml"))


def test_links_out_of_a_workspace_are_refused(run):
    outside = run.folder.parent / "outside"
    outside.mkdir()
    (outside / "Dockerfile").write_text("FROM x\n")
    (outside / "manifest.yml").write_text(MANIFEST)
    (outside / "workspace").write_text("application: outside\n")
    for name, target in (
        ("Dockerfile", "Dockerfile"),
        (WEB, "manifest.yml"),
        ("copilot/.workspace", "workspace"),
    ):
        write(run.folder, COPILOT["first"])
        (run.folder / name).unlink()
        (run.folder / name).symlink_to(outside / target)
        done = run("init", "--from", ".", "--yes")
        assert done.exit_code == 1
        assert "leads out of the workspace" in done.stdout
        (run.folder / name).unlink()


CONFIG = "amplify/backend/backend-config.json"
DOCKERFILE, FILE = f"{API}/src/Dockerfile", f"{API}/src/docker-compose.yml"


def config(text):
    return {CONFIG: '{"api": {"posts": {' + text + "}}}"}


BROKEN_API = {
    "empty": ({CONFIG: ""}, f"{CONFIG}:1:1: error"),
    "no JSON": ({CONFIG: "{'a'}"}, f"{CONFIG}:1:2: error"),
    "a list": ({CONFIG: "[]"}, f"{CONFIG}:1:1: error: expected an object, got a list"),
    "not UTF-8": ({CONFIG: b"{\n\xff}"}, f"{CONFIG}:2:1: error"),
    "huge": ({CONFIG: "{}" + " " * 2_000_000}, "has more than 1048576 bytes"),
    "deep": ({CONFIG: "[" * 5000}, f"{CONFIG}:1:"),
    "api as a list": ({CONFIG: '{"api": []}'}, f"{CONFIG}:1:9: api: error: expected an object"),
    "another service": (config('"service": "AppSync"'), "expected ElasticContainer, got 'AppSync'"),
    "service as a number": (config('"service": 1'), "service: error: expected text, got a number"),
    "access as text": (config('"restrictAccess": "yes"'), "expected true or false, got text"),
    "dependencies as text": (config('"dependsOn": "a"'), "expected a list, got text"),
    "a port that is none": (
        config('"exposedContainer": {"name": "posts", "port": "http"}'),
        "expected a whole number",
    ),
    "a container that is not there": (
        {
            FILE: "services: {web: {build: ., ports: ['8080']}}\n",
            **config('"exposedContainer": {"name": "posts", "port": 80}'),
        },
        "there is no service 'posts'; there are web",
    ),
    "sources elsewhere": (
        {DOCKERFILE: None, **config('"deploymentMechanism": "INDENPENDENTLY_MANAGED"')},
        "the sources are in the repository of gitHubInfo",
    ),
    "two Compose files": (
        {FILE: "services: {}\n", f"{API}/src/docker-compose.yaml": "services: {}\n"},
        "has docker-compose.yaml and docker-compose.yml; keep one",
    ),
    "no sources": ({DOCKERFILE: None}, "has neither docker-compose.yml nor a Dockerfile"),
    "a Compose file that is no YAML": ({FILE: "services: ["}, f"{FILE}:2:1"),
    "a Compose file that is empty": ({FILE: ""}, "error"),
    "a Compose file that cannot be": (
        {FILE: "services: {web: {image: x, colour: blue}}\n"},
        f"{FILE}:1:28: services.web.colour: error",
    ),
    "what Fargate refuses": (
        {FILE: "services: {web: {build: ., ports: ['80'], privileged: true}}\n"},
        f"{FILE}:1:43: services.web.privileged: error",
    ),
    "a Dockerfile that is none": ({DOCKERFILE: "FROM\n"}, "error"),
    "a Dockerfile without a port": ({DOCKERFILE: "FROM x\n"}, f"{DOCKERFILE}:1:1: error"),
    "a secret in the sources": (
        {f"{API}/src/.secret-pass": "sesame"},
        f"{API}/src/.secret-pass:1:1: error: a secret's file does not belong into src",
    ),
    "policies that no role can have": (
        {f"{API}/custom-policies.json": '[{"Action": ["NOSUCH"], "Resource": []}]'},
        f"{API}/custom-policies.json:1:14: [0].Action[0]: error",
    ),
    "policies that are no JSON": (
        {f"{API}/custom-policies.json": "[{]"},
        f"{API}/custom-policies.json:1:3: error",
    ),
    "policies that are text": ({f"{API}/custom-policies.json": '"a"'}, "custom-policies.json:1:1"),
    "a region that is none": (
        {
            "amplify/team-provider-info.json": (
                '{"dev": {"awscloudformation": {"Region": "\\"); import os"}}}'
            )
        },
        "is no region's name",
    ),
    "environments that are no JSON": ({"amplify/team-provider-info.json": "{"}, "error"),
}


@pytest.mark.parametrize("case", BROKEN_API)
def test_what_is_broken_in_an_api_is_told_and_nothing_is_written(run, case):
    files, said = BROKEN_API[case]
    whole = {**AMPLIFY["dockerfile"], **files}
    write(run.folder, {name: text for name, text in whole.items() if text is not None})
    (run.folder / API / "src").mkdir(exist_ok=True)
    done = run("init", "--from", API)
    assert done.exit_code == 1, done.output
    assert said in done.stdout, done.output
    assert "nothing is written" in done.stderr
    assert "defect" not in done.output
    assert "sesame" not in done.output
    assert not (run.folder / "cdk").exists()
    assert not (run.folder / "posts").exists()


def test_links_in_an_api_are_not_followed(run):
    outside = run.folder.parent / "outside"
    outside.mkdir()
    (outside / "key").write_text("sesame")
    write(run.folder, AMPLIFY["dockerfile"])
    (run.folder / API / "src/key").symlink_to(outside / "key")
    (run.folder / API / "src/folder").symlink_to(outside)
    done = run("init", "--from", API)
    assert done.exit_code == 0, done.output
    assert "a symbolic link is not copied" in done.stdout
    assert not (run.folder / "posts/key").exists()
    assert not (run.folder / "posts/folder").exists()
    # AND a Dockerfile behind one is an error
    (run.folder / DOCKERFILE).unlink()
    (run.folder / DOCKERFILE).symlink_to(outside / "key")
    done = run("init", "--from", API, "-o", "other")
    assert done.exit_code == 1
    assert "leads out of the project" in done.stdout


@pytest.mark.parametrize("name", [".git", "lib/.git"])
def test_no_repository_of_a_submodule_is_copied(run, name):
    files = {f"{API}/src/{name}": "gitdir: /srv/elsewhere\n", f"{API}/src/lib/a.js": ""}
    done = convert(run, {**AMPLIFY["dockerfile"], **files}, "--json")
    assert done.exit_code == 0, done.output
    assert entries(done)[f"{API}/src/{name}", ""][0] == "not carried over"
    assert (run.folder / "posts/lib/a.js").exists()
    assert not (run.folder / "posts" / name).exists()


def test_sources_of_a_project_beside_an_api_are_not_copied(run):
    write(
        run.folder, {"blog/src/Dockerfile": "FROM x\nEXPOSE 80\n", "blog/src/.env": "KEY=sesame\n"}
    )
    (run.folder / "shop/api/posts").mkdir(parents=True)
    (run.folder / "shop/api/posts/src").symlink_to(run.folder / "blog/src")
    done = run("init", "--from", "shop/api/posts")
    assert done.exit_code == 1
    assert "leads out of the project" in done.stdout
    assert not (run.folder / "posts").exists()


@pytest.mark.parametrize("mode", [0o600, 0o700])
def test_a_copy_has_the_permissions_of_its_source(run, mode):
    write(run.folder, {**AMPLIFY["dockerfile"], f"{API}/src/.env": "KEY=sesame\n"})
    (run.folder / API / "src/.env").chmod(mode)
    done = run("init", "--from", API, "--json")
    assert done.exit_code == 0, done.output
    assert (run.folder / "posts/.env").stat().st_mode & 0o777 == mode
    outcome, _, said = entries(done)[f"{API}/src/.env", ""]
    assert outcome == "carried over"
    assert ".gitignore" in said


def test_what_a_repository_has_linked_is_not_written_through(run):
    hooks = run.folder / ".git/hooks"
    hooks.mkdir(parents=True)
    (run.folder / "posts").symlink_to(hooks)
    files = {**AMPLIFY["dockerfile"], f"{API}/src/pre-commit": "#!/bin/sh\n"}
    done = convert(run, files)
    assert done.exit_code != 0
    assert "posts" in done.stderr
    assert list(hooks.iterdir()) == []
    assert not (run.folder / "cdk").exists()


def test_no_app_is_written_through_a_link_either(run, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    (run.folder / "cdk").symlink_to(outside)
    done = convert(run, COPILOT["poller"])
    assert done.exit_code != 0
    assert list(outside.iterdir()) == []
    assert not list(run.folder.glob("*.compose.yaml"))


@pytest.mark.parametrize("name", [".github", ".git", "-x", "a b"])
def test_a_folder_that_is_no_api_of_amplifys_is_refused(run, name):
    done = convert(run, {f"amplify/backend/api/{name}/src/Dockerfile": "FROM x\nEXPOSE 80\n"})
    assert done.exit_code != 0
    assert "is no name of an API of Amplify's" in done.output
    assert not (run.folder / "cdk").exists()


@pytest.mark.parametrize("file", ["../../outside/.secret-pass", "..", ".", "../.."])
def test_a_secret_out_of_the_app_is_refused(run, file):
    text = AMPLIFY["compose"][FILE]
    assert "../secrets/.secret-pass" in text
    before = sorted(run.folder.parent.iterdir())
    files = {FILE: text.replace("../secrets/.secret-pass", file)}
    done = convert(run, {**AMPLIFY["compose"], **files})
    assert done.exit_code == 1
    assert "its file would be outside of" in done.output
    assert sorted(run.folder.parent.iterdir()) == before


def test_aliases_as_keys_of_an_addon_cost_nothing(run):
    lines = [f"A{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]\n" for n in range(9)]
    addon = f"A0: &a0 [x]\n{''.join(lines)}Resources: {{? *a9 : {{Type: x}}}}\n"
    assert convert(run, {**COPILOT["first"], "copilot/web/addons/x.yml": addon}).exit_code == 0


@pytest.mark.parametrize("kind", ["[a, b]", "{a: b}"])
def test_the_type_of_an_addon_may_be_anything(run, kind):
    addon = f"Resources: {{X: {{Type: {kind}}}}}\n"
    done = convert(run, {**COPILOT["first"], "copilot/web/addons/x.yml": addon}, "--json")
    assert done.exit_code == 0, done.output
    outcome, _, said = entries(done)["copilot/web/addons/x.yml", "Resources.X"]
    assert (outcome, said.partition(":")[0]) == ("not carried over", "?")


def test_what_ends_the_check_of_its_files_leaves_none(run, monkeypatch):
    def interrupt(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("serverless_containers.cli.init.plan_source", interrupt)
    convert(run, COPILOT["poller"])
    assert not (run.folder / "cdk").exists()
    assert not list(run.folder.glob("*.compose.yaml"))


def test_a_name_with_the_end_of_a_line_adds_none_to_the_file(run):
    text = COPILOT["poller"]["copilot/poller/manifest.yml"]
    convert(run, {"copilot/x\nvolumes: {pwn: {}}\n#/manifest.yml": text})
    for file in run.folder.glob("*.compose.yaml"):
        assert "volumes" not in file.read_text().split("services:")[0].splitlines()[1:]
        assert not any(line.startswith("volumes: {pwn") for line in file.read_text().splitlines())


def test_nothing_is_overwritten(run):
    write(run.folder, {**COPILOT["first"], "web.compose.yaml": "mine"})
    done = run("init", "--from", ".", "--yes")
    assert done.exit_code == 1
    assert "web.compose.yaml is there already" in done.stderr
    assert (run.folder / "web.compose.yaml").read_text() == "mine"
    assert not (run.folder / "cdk").exists()


@pytest.mark.parametrize("page", ["coming-from-copilot", "coming-from-amplify"])
def test_the_commands_of_the_guides_do_what_they_say(run, page):
    write(run.folder, {**COPILOT["shop"], **AMPLIFY["compose"]})
    found = [
        words
        for block in blocks_of(f"docs/guides/{page}.md")
        if block.language == "sh"
        for words in commands(block.text)
    ]
    done = None
    for words in found:
        match words:
            case ["serverless-containers", "secrets", *_]:
                # tests/unit/cli/secrets pushes.
                assert "secrets push posts --env dev" in done.stdout
            case ["serverless-containers", *arguments]:
                result = run(*arguments)
                assert result.exit_code == 0, result.output
                done = result if arguments[0] == "init" else done
            case _:
                assert " ".join(words) in done.stdout
    assert done is not None


VALUES = ["[]", "{}", "null", "-1", "''", "!Ref x", "*a", "\0", "${X}", "$", "../..", "a: b", "'"]


@pytest.mark.parametrize("seed", range(40))
def test_changed_projects_are_told_of_in_words_and_leave_nothing_behind(run, seed):
    chance = random.Random(seed)  # noqa: S311
    files = dict(chance.choice([*COPILOT.values(), *AMPLIFY.values()]))
    for _ in range(chance.randrange(1, 4)):
        name = chance.choice(list(files))
        lines = files[name].split("\n")
        index = chance.randrange(len(lines))
        key = lines[index].partition(":")[0]
        changed = [f"{key}: {chance.choice(VALUES)}", "", f"  {lines[index]}", lines[index] * 2]
        lines[index] = chance.choice(changed)
        files[name] = "\n".join(lines)
    write(run.folder, files)
    before = sorted(run.folder.rglob("*"))
    done = run("init", "--from", ".", "--yes")
    assert done.exit_code in {0, 1, 2}, done.output
    assert "defect" not in done.output
    assert isinstance(done.exception, SystemExit | None)
    if done.exit_code:
        assert sorted(run.folder.rglob("*")) == before
