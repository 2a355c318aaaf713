"""Each service as a container definition."""

import pytest


def test_command_and_entrypoint_are_split_as_a_shell_would(plan_service):
    planned = plan_service("command: serve --name 'two words'\nentrypoint: [sh, -c]")
    assert planned["web"].command == ("serve", "--name", "two words")
    assert planned["web"].entrypoint == ("sh", "-c")


def test_without_them_the_images_own_are_kept(plan_service):
    planned = plan_service("init: true")
    assert planned["web"].command is None
    assert planned["web"].entrypoint is None


@pytest.mark.parametrize("key", ["command", "entrypoint"])
def test_clearing_them_is_refused(plan_service, key):
    planned = plan_service(f"{key}: []")
    too = "" if key == "command" else ", too"
    assert planned.messages("command-cleared") == [
        f"docker-compose.yml:5:{7 + len(key)}: services.web.{key}: ECS cannot clear the image's "
        f"{key}; write the command to run{too}, or remove the key to keep the image's own"
    ]


@pytest.mark.parametrize(
    ("command", "entrypoint", "rest"),
    [("[npm, run, dev]", ("npm",), ("run", "dev")), ("/start", ("/start",), None)],
)
def test_a_cleared_entry_point_leaves_the_command_to_run(plan_service, command, entrypoint, rest):
    planned = plan_service(f"entrypoint: []\ncommand: {command}")
    assert (planned["web"].entrypoint, planned["web"].command) == (entrypoint, rest)
    assert planned.findings == []


def test_environment_is_sorted_and_splits_once(plan_service):
    planned = plan_service("environment: [Z=1, KEY=a=b, EMPTY=]")
    assert list(planned["web"].environment.items()) == [("EMPTY", ""), ("KEY", "a=b"), ("Z", "1")]


def test_environment_stands_over_env_file(plan, project):
    project.write("app.env", "A=file\nB=file\n")
    planned = plan("""
        services:
          web: {image: nginx, ports: ["80"], env_file: app.env, environment: {A: key}}
        """)
    assert planned["web"].environment == {"A": "key", "B": "file"}


def test_a_variable_without_a_value_is_left_out_with_a_warning(plan_service):
    planned = plan_service("environment: [TOKEN]")
    assert planned["web"].environment == {}
    assert planned.messages("variable-unset") == [
        "docker-compose.yml:5:19: services.web.environment.TOKEN: TOKEN has no value here, and is "
        "left out; give it one in .env, or write TOKEN: value"
    ]


def test_a_secret_is_injected_under_its_name_or_its_target(plan):
    planned = plan("""
        services:
          web:
            image: nginx
            ports: ["80"]
            secrets: [DB_PASSWORD, {source: KEY, target: API_KEY}]
        secrets:
          DB_PASSWORD: {file: ../secrets/.secret-pass}
          KEY: {external: true}
        """)
    assert planned["web"].secrets == {"API_KEY": "KEY", "DB_PASSWORD": "DB_PASSWORD"}
    assert list(planned.plan.secrets) == ["DB_PASSWORD", "KEY"]


def test_a_variable_and_a_secret_of_one_name_are_refused(plan):
    planned = plan("""
        services:
          web:
            image: nginx
            ports: ["80"]
            environment:
              DB_PASSWORD: x
            secrets: [DB_PASSWORD]
        secrets:
          DB_PASSWORD: {file: ../secrets/.secret-pass}
        """)
    assert planned.messages("variable-and-secret") == [
        "docker-compose.yml:7:20: services.web.environment.DB_PASSWORD: DB_PASSWORD is also a "
        "secret of this service, which is injected under the same name; remove the variable, or "
        "give the secret another target"
    ]


def test_a_secret_is_no_file_elsewhere(plan):
    planned = plan("""
        services:
          web:
            image: nginx
            ports: ["80"]
            secrets: [{source: KEY, target: /etc/key}]
        secrets:
          KEY: {external: true}
        """)
    assert planned.messages("secret-target") == [
        "docker-compose.yml:6:37: services.web.secrets[0].target: the secret KEY is injected as a "
        "variable, and cannot be a file at /etc/key; write a plain name, which becomes the "
        "variable's"
    ]


@pytest.mark.parametrize("environment", [None, "dev"])
def test_the_laptops_override_is_left_out_with_a_note(plan, project, environment):
    project.write("docker-compose.override.yml", "services: {web: {environment: {A: laptop}}}\n")
    project.write("docker-compose.dev.yml", "services: {web: {environment: {B: dev}}}\n")
    planned = plan(
        "services: {web: {image: nginx, ports: ['80'], environment: {A: base}}}",
        environment=environment,
    )
    assert planned["web"].environment == {"A": "base", **({"B": "dev"} if environment else {})}
    assert len(planned.messages("override-left-out")) == 1


def test_an_image_or_a_build(plan):
    planned = plan(
        "services: {web: {build: ., image: mine:1, ports: ['80']}, db: {image: redis:8}}",
        dockerfiles={"Dockerfile": "FROM scratch\n"},
    )
    assert planned["web"].image is None
    assert planned["web"].build is not None
    assert planned["db"].image == "redis:8"
    assert [each.name for each in planned.plan.built] == ["web"]


@pytest.mark.parametrize(
    ("build", "message"),
    [
        ("./app", "docker-compose.yml:1:25: services.web.build.context: the build context "),
        ("{context: ., dockerfile: Other}", "docker-compose.yml:1:50: services.web.build.doc"),
    ],
)
def test_a_build_without_its_files_has_its_place(plan, build, message):
    planned = plan(f"services: {{web: {{build: {build}, ports: ['80']}}}}")
    (found,) = planned.messages("build-missing")
    assert found.startswith(message)


def test_containers_start_after_what_they_depend_on(plan):
    planned = plan("""
        services:
          web:
            image: nginx
            ports: ["80"]
            depends_on:
              migrate: {condition: service_completed_successfully}
              cache: {condition: service_started}
          migrate: {image: migrate, depends_on: {db: {condition: service_healthy}}}
          cache: {image: redis}
          db: {image: postgres, healthcheck: {test: pg_isready}}
        """)
    assert [each.name for each in planned.plan.services] == ["cache", "db", "migrate", "web"]
    first = ("files", "SUCCESS")
    assert planned["web"].depends_on == (first, ("cache", "START"), ("migrate", "SUCCESS"))
    assert planned["migrate"].depends_on == (first, ("db", "HEALTHY"))


def test_a_container_that_is_awaited_to_finish_does_not_end_the_task(plan):
    planned = plan("""
        services:
          web:
            image: nginx
            ports: ["80"]
            depends_on: {init: {condition: service_completed_successfully}}
          init: {image: busybox}
        """)
    assert {each.name: each.essential for each in planned.plan.services} == {
        "init": False,
        "web": True,
    }


def test_waiting_for_health_that_an_image_checks_is_waiting_for_the_start(plan):
    planned = plan("""
        services:
          web:
            image: nginx
            ports: ["80"]
            depends_on:
              db:
                condition: service_healthy
          db: {image: postgres}
        """)
    assert planned.messages("dependency-not-checked") == [
        "docker-compose.yml:8:9: services.web.depends_on.db: web waits for db to be healthy, for "
        "which ECS needs a health check in the file and takes none from an image: it waits for the "
        "start; give db a healthcheck, or use condition: service_started"
    ]
    assert planned["web"].depends_on == (("files", "SUCCESS"), ("db", "START"))


@pytest.mark.parametrize("check", ["{disable: true}", "{test: [NONE]}"])
def test_waiting_for_health_whose_check_is_turned_off_is_refused(plan, check):
    planned = plan(f"""
        services:
          web: {{image: x, ports: ["80"], depends_on: {{db: {{condition: service_healthy}}}}}}
          db: {{image: postgres, healthcheck: {check}}}
        """)
    assert len(planned.messages("dependency-check-disabled")) == 1
    assert not planned.messages("dependency-not-checked")


def test_resources_become_the_containers_own(plan_service):
    planned = plan_service("""
        deploy:
          resources:
            limits: {cpus: "0.5", memory: 300M}
            reservations: {memory: 100M}
        """)
    web = planned["web"]
    assert (web.cpu, web.memory_mib, web.memory_reservation_mib) == (512, 300, 100)


@pytest.mark.parametrize(("given", "mib"), [("1048577b", 6), ("7340033b", 8), ("7m", 7), ("6m", 6)])
def test_memory_is_rounded_up_to_whole_mib_and_docker_has_a_least(plan_service, given, mib):
    assert plan_service(f"mem_limit: {given}")["web"].memory_mib == mib


def test_the_older_resource_keys_count_too(plan_service):
    web = plan_service("cpus: 0.25\nmem_limit: 512m\nmem_reservation: 256m")["web"]
    assert (web.cpu, web.memory_mib, web.memory_reservation_mib) == (256, 512, 256)


def test_the_rest_is_handed_on(plan_service):
    web = plan_service("""
        user: "1000:1000"
        working_dir: /app
        init: true
        read_only: true
        stop_grace_period: 1m
        labels: {b: "2", a: "1"}
        """)["web"]
    assert (web.user, web.working_directory, web.linux.init, web.read_only_root) == (
        "1000:1000", "/app", True, True,
    )  # fmt: skip
    assert web.stop_timeout == 60
    assert list(web.labels.items()) == [("a", "1"), ("b", "2")]


@pytest.mark.parametrize(("given", "valid"), [("0s", "2s"), ("1s", "2s"), ("3m", "120s")])
def test_stopping_has_limits(plan_service, given, valid):
    planned = plan_service(f"stop_grace_period: {given}")
    (message,) = planned.messages("stop-timeout-range")
    assert message.startswith("docker-compose.yml:5:24: services.web.stop_grace_period: expected")
    assert message.endswith(f"; ECS gets {valid}; write {valid}")
    assert f"{planned['web'].stop_timeout}s" == valid


def test_ecs_exec_needs_a_writable_root(plan_service):
    assert plan_service("read_only: true", execute=True).messages("execute-read-only") == [
        "docker-compose.yml:5:16: services.web.read_only: ECS Exec writes to the container's root "
        "file system, which is read-only; remove one of the two"
    ]
    assert plan_service("read_only: false", execute=True).plan is not None
