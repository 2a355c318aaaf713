"""What follows when files change: a service starts anew, or the app is deployed anew."""

from pathlib import Path

import pytest

from serverless_containers.local.failure import LocalError
from serverless_containers.local.processes.commands import ProcessCommand
from serverless_containers.local.running import watch
from serverless_containers.local.running.files import Changes
from serverless_containers.local.running.watch import (
    Consequence,
    consequences,
    folders_to_watch,
    together,
)
from serverless_containers.plan.build_context.ignore import IgnoreRules


def commands(**directories):
    return {
        family: {
            name: ProcessCommand(command=("x",), directory=folder)
            for name, folder in containers.items()
        }
        | {"db": None}
        for family, containers in directories.items()
    }


def consequence(changed, running, app):
    return together(consequences(changed, running, app).values())


APP = Path("/app")
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
    assert consequence(map(Path, changed), SHOP, APP) == Consequence(
        families=frozenset(families), because=Path(min(changed))
    )


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        (["/app/compose.yml"], "/app/compose.yml"),
        # What templates are made of, in the folder of a process, too.
        (["/app/web/compose.yml"], "/app/web/compose.yml"),
        (["/app/web/shop.compose.dev.yaml"], "/app/web/shop.compose.dev.yaml"),
        (["/app/web/.env"], "/app/web/.env"),
        (["/app/web/cdk.json"], "/app/web/cdk.json"),
        (["/app/web/Dockerfile"], "/app/web/Dockerfile"),
    ],
)
def test_for_any_other_the_app_is_deployed_anew(changed, because):
    assert consequence(map(Path, changed), SHOP, APP) == Consequence(
        deploys=True, because=Path(because)
    )


def test_both_happen_where_files_of_both_change():
    assert consequence([Path("/app/web/a.js"), Path("/app/webs/a.js")], SHOP, APP) == Consequence(
        deploys=True, families=frozenset({"shop", "site"}), because=Path("/app/webs/a.js")
    )


@pytest.mark.parametrize(
    ("file", "deploys", "families"),
    [
        # Whose it is does not show.
        ("app.py", True, {"shop"}),
        ("stacks/api.py", True, {"shop"}),
        ("server.js", False, {"shop"}),
        # In the folder of another process it is that one's.
        ("job/main.py", False, {"shop", "job"}),
    ],
)
def test_python_beside_a_process_is_the_apps_too(file, deploys, families):
    around = commands(shop={"web": "/app"}, job={"main": "/app/job"})
    assert consequence([APP / file], around, APP) == Consequence(
        deploys=deploys, families=frozenset(families), because=APP / file
    )


def test_a_process_does_not_use_what_its_dockerignore_leaves_out(tmp_path):
    (tmp_path / ".dockerignore").write_text("app.py\ndata\n")
    around = commands(shop={"web": str(tmp_path)})
    assert consequence([tmp_path / "app.py"], around, tmp_path) == Consequence(
        deploys=True, because=tmp_path / "app.py"
    )
    assert consequence([tmp_path / "data/x"], around, tmp_path) is None
    assert consequence([tmp_path / "x"], around, tmp_path).families == {"shop"}


def test_where_containers_run_the_app_is_always_deployed_anew():
    assert consequence([Path("/app/web/a.js")], {}, APP).deploys


def test_folders_outside_the_app_are_watched_too():
    outside = commands(shop={"web": "/app/web", "api": "/elsewhere/api", "job": "/elsewhere/api/x"})
    assert folders_to_watch(Path("/app"), outside) == (Path("/app"), Path("/elsewhere/api"))
    around = commands(shop={"web": "/"})
    assert folders_to_watch(Path("/app"), around) == (Path("/"),)


def test_so_are_the_folders_that_synthesis_reads(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path)
    app = tmp_path / "shop/cdk"
    sources = [tmp_path / "link/shop/cdk/../web", tmp_path / "base"]
    assert folders_to_watch(app, {}, sources) == (app, tmp_path / "shop/web", tmp_path / "base")
    assert folders_to_watch(app, {}, [*sources, app.parent]) == (tmp_path / "base", app.parent)


class Watched:
    """A watch of groups of changes, each so many seconds after what the last one led to.

    Args:
        takes: Seconds that a deployment takes.
        made: The files that are made or deleted whenever they change.
    """

    def __init__(self, *groups, seconds=1.0, deploy=lambda: None, takes=0.0, made=()):
        self.told, self.restarted, self.now = [], [], 0.0

        def passing():
            for group in groups:
                self.now += seconds
                files = frozenset(map(Path, group))
                yield Changes(files, files & frozenset(map(Path, made)))

        def deploying():
            self.now += takes
            deploy()

        watch.watch(
            passing(),
            app=APP,
            commands=lambda: SHOP,
            deploy=deploying,
            restart=self.restarted.append,
            tell=self.told.append,
            clock=lambda: self.now,
        )


def test_what_fails_is_told_and_waits_for_the_next_change():
    def deploy():
        raise LocalError("no luck", ("the cause",))

    watched = Watched(["/app/app.py"], [], ["/app/api/a.py"], deploy=deploy)
    assert watched.told == [
        "/app/app.py changed", "the cause", "Error: no luck", "/app/api/a.py changed",
    ]  # fmt: skip
    assert watched.restarted == [frozenset({"shop"})]


WRITTEN = ["/app/api/cache.json"]
LEFT_ALONE = (
    "/app/api/cache.json changed again soon after each of the last 5 starts: it seems to be "
    "written by what starts, and is left alone until it has not changed for 10 s; name it in a "
    ".gitignore, or in the .dockerignore of the process's folder, or have it written to another "
    "folder"
)


def test_a_process_that_writes_its_files_does_not_start_for_ever():
    watched = Watched(*[WRITTEN] * 20)
    assert watched.told == [f"{WRITTEN[0]} changed"] * 5 + [LEFT_ALONE]
    assert len(watched.restarted) == 5


def test_another_change_meanwhile_is_followed():
    watched = Watched(*[WRITTEN] * 7, [*WRITTEN, "/app/web/a.js"])
    assert watched.told[-1] == "/app/web/a.js changed"
    assert watched.restarted[-1] == frozenset({"shop", "site"})


def test_a_user_who_changes_one_file_is_followed():
    assert len(Watched(*[WRITTEN] * 20, seconds=11).restarted) == 20
    both = Watched(*[WRITTEN, ["/app/api/other.json"]] * 10, seconds=6)
    assert len(both.restarted) == 20
    new = [[f"/app/api/{number}.json"] for number in range(20)]
    assert len(Watched(*new).restarted) == 20
    assert len(Watched(*new, seconds=11, made=[name for (name,) in new]).restarted) == 20


@pytest.mark.parametrize("between", [[], ["/app/api/other.json"], ["/nothing"]])
def test_another_group_in_between_is_no_calm(tmp_path, monkeypatch, between):
    (tmp_path / ".dockerignore").write_text("data")
    between = [str(tmp_path / "data") if each == "/nothing" else each for each in between]
    folders = {"web": "/app/web", "api": "/app/api", "own": str(tmp_path)}
    monkeypatch.setitem(globals(), "SHOP", commands(shop=folders))
    watched = Watched(*[WRITTEN, between] * 20)
    assert watched.told.count(f"{WRITTEN[0]} changed") == 5
    assert watched.told.count(LEFT_ALONE) == 1


def test_the_time_that_a_start_takes_is_no_calm():
    watched = Watched(*[WRITTEN, ["/app/api/.env"]] * 5, WRITTEN, takes=60)
    assert watched.told[-1] == LEFT_ALONE


@pytest.mark.parametrize("deletes", [False, True])
def test_a_process_that_writes_files_of_new_names_does_not_start_for_ever(deletes):
    names = [f"/app/web/out-{number}.txt" for number in range(20)]
    groups = [[name, *names[at - 1 : at][: int(deletes)]] for at, name in enumerate(names)]
    watched = Watched(*groups, ["/app/api/new.py", "/app/web/main.py"], made=names)
    assert len(watched.restarted) == 6
    assert watched.told == [
        *(f"{min(group)} changed" for group in groups[:5]),
        f"{min(groups[5])} was made or deleted, as other files were soon after each of the last 5 "
        "starts: they seem to be written by what starts, and new and deleted files are left alone "
        "until there are none for 10 s; name them in a .gitignore, or in the .dockerignore of the "
        "process's folder, or have them written to another folder",
        "/app/api/new.py changed",
    ]


def test_nor_does_a_deployment_that_does():
    names = [f"/app/report-{number}.txt" for number in range(20)]
    deployed = []
    Watched(*[[name] for name in names], made=names, deploy=lambda: deployed.append(1))
    assert len(deployed) == 5


def test_many_files_are_held_against_the_rules_that_were_read_once(tmp_path, monkeypatch):
    reads = []
    of = IgnoreRules.of
    monkeypatch.setattr(IgnoreRules, "of", lambda *given: reads.append(given) or of(*given))
    files = [tmp_path / f"{number}.js" for number in range(50)]
    monkeypatch.setitem(globals(), "SHOP", commands(shop={"web": str(tmp_path)}))
    assert len(Watched(files).restarted) == 1
    assert len(reads) == 1


def test_what_leads_to_nothing_is_not_told_of(tmp_path, monkeypatch):
    (tmp_path / ".dockerignore").write_text("data")
    monkeypatch.setitem(globals(), "SHOP", commands(shop={"web": str(tmp_path)}))
    assert Watched(*[[tmp_path / "data"]] * 20).told == []


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
