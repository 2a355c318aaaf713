"""What follows when files change: a service starts anew, or the app is deployed anew."""

import threading
from pathlib import Path

import pytest

from serverless_containers.local.failure import LocalError
from serverless_containers.local.processes.commands import ProcessCommand
from serverless_containers.local.running import watch
from serverless_containers.local.running.watch import Consequence, consequence, folders_to_watch


def commands(**directories):
    return {
        family: {
            name: ProcessCommand(command=("x",), directory=folder)
            for name, folder in containers.items()
        }
        | {"db": None}
        for family, containers in directories.items()
    }


SHOP = commands(shop={"web": "/app/web", "api": "/app/api"}, site={"web": "/app/web"})


@pytest.mark.parametrize(
    ("changed", "families"),
    [
        (["/app/api/a.py"], {"shop"}),
        (["/app/web/a/b.js"], {"shop", "site"}),
        (["/app/web/a.js", "/app/api/a.py"], {"shop", "site"}),
    ],
)
def test_the_services_start_anew_whose_files_they_are(changed, families):
    assert consequence(map(Path, changed), SHOP) == Consequence(
        families=frozenset(families), because=Path(min(changed))
    )


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        (["/app/compose.yml"], "/app/compose.yml"),
        (["/app/web/a.js", "/app/webs/a.js"], "/app/webs/a.js"),
        # What templates are made of, in the folder of a process, too.
        (["/app/web/compose.yml"], "/app/web/compose.yml"),
        (["/app/web/shop.compose.dev.yaml"], "/app/web/shop.compose.dev.yaml"),
        (["/app/web/.env"], "/app/web/.env"),
        (["/app/web/cdk.json"], "/app/web/cdk.json"),
    ],
)
def test_for_any_other_the_app_is_deployed_anew(changed, because):
    assert consequence(map(Path, changed), SHOP) == Consequence(deploys=True, because=Path(because))


def test_where_containers_run_the_app_is_always_deployed_anew():
    assert consequence([Path("/app/web/a.js")], {}).deploys


def test_folders_outside_the_app_are_watched_too():
    outside = commands(shop={"web": "/app/web", "api": "/elsewhere/api", "job": "/elsewhere/api/x"})
    assert folders_to_watch(Path("/app"), outside) == (Path("/app"), Path("/elsewhere/api"))


def test_what_fails_is_told_and_waits_for_the_next_change():
    told, restarted = [], []

    def deploy():
        raise LocalError("no luck", ("the cause",))

    watch.watch(
        [{Path("/app/app.py")}, {Path("/app/api/a.py")}],
        commands=lambda: SHOP,
        deploy=deploy,
        restart=restarted.append,
        tell=told.append,
    )
    assert told == ["/app/app.py changed", "the cause", "Error: no luck", "/app/api/a.py changed"]
    assert restarted == [frozenset({"shop"})]


class Ecs:
    def __init__(self):
        self.stopped = []

    def list_clusters(self):
        return {"clusterArns": ["main"]}

    def list_services(self, **_):
        return {"serviceArns": ["shop", "site"]}

    def describe_services(self, *, cluster, services):  # noqa: ARG002
        arn = f"arn:aws:ecs:us-east-1:123456789012:task-definition/{services[0]}:2"
        return {"services": [{"serviceName": services[0], "taskDefinition": arn}]}

    def list_tasks(self, *, cluster, serviceName):  # noqa: N803
        return {"taskArns": [f"{cluster}/{serviceName}/1"]}

    def stop_task(self, *, cluster, task, reason):
        self.stopped.append((cluster, task, reason))


def test_a_service_starts_anew_when_its_tasks_are_ended():
    ecs = Ecs()
    assert watch.restart_tasks([{"ecs": ecs}], frozenset({"shop"})) == 1
    assert ecs.stopped == [("main", "main/shop/1", "Its files changed")]


def test_what_runs_write_is_no_change(tmp_path):
    for name in ("src", "node_modules", "cdk.out", ".local"):
        (tmp_path / name).mkdir()
    groups = watch.changes([tmp_path])
    found = []
    waiting = threading.Thread(target=lambda: found.append(next(groups)), daemon=True)
    waiting.start()
    number = 0
    # Nobody says when the watching has begun.
    while not found and number < 1000:
        number += 1
        for name in ("node_modules/a", "cdk.out/a", ".local/a", "cdk.context.json", "a.log"):
            (tmp_path / name).write_text(str(number))
        (tmp_path / "src/a.py").write_text(str(number))
        waiting.join(0.2)
    assert found == [{(tmp_path / "src/a.py").resolve()}]


def test_without_the_package_it_says_how_to_get_it(monkeypatch):
    def missing(_name):
        raise ImportError

    monkeypatch.setattr(watch, "import_module", missing)
    with pytest.raises(LocalError, match="pip install watchfiles"):
        next(watch.changes([Path("/app")]))
