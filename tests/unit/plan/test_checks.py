"""What ECS would refuse, or do otherwise than the file means."""

import pytest


@pytest.mark.parametrize("name", ["web.api", "files", "stop-delay", "log-router", "w" * 256])
def test_names_that_a_container_cannot_have(plan, name):
    planned = plan(f"services: {{{name}: {{image: x, ports: ['80']}}}}")
    (message,) = planned.messages("name-invalid")
    assert message.endswith(f"got {name!r}; rename the service")


def test_names_that_a_volume_cannot_have(plan):
    planned = plan("""
        services: {web: {image: x, ports: ["80"], volumes: ["my.data:/data"]}}
        volumes: {my.data: {}}
        """)
    assert len(planned.messages("name-invalid")) == 1


def test_other_protocols(plan):
    planned = plan("services: {web: {image: x, ports: ['80', '81/sctp']}}")
    assert planned.messages("protocol-unsupported") == [
        "docker-compose.yml:1:42: services.web.ports[1]: expected tcp or udp, got 'sctp'"
    ]


@pytest.mark.parametrize(
    ("limit", "reserved", "planned"), [("256m", "128m", 128), ("256m", "256m", None)]
)
def test_a_reservation_below_the_limit(plan_service, limit, reserved, planned):
    web = plan_service(f"mem_limit: {limit}\nmem_reservation: {reserved}")["web"]
    assert web.memory_reservation_mib == planned


def test_a_reservation_above_the_limit(plan_service):
    planned = plan_service(
        "deploy: {resources: {limits: {memory: 128M}, reservations: {memory: 256M}}}"
    )
    assert planned.messages("memory-reservation") == [
        "docker-compose.yml:5:73: services.web.deploy.resources.reservations.memory: the container "
        "reserves 256 MiB and is limited to 128 MiB; raise the limit, or lower the reservation"
    ]


def test_two_mounts_at_one_path(plan):
    planned = plan("""
        services:
          web:
            image: x
            ports: ["80"]
            volumes: ["data:/etc/app"]
            configs: [{source: app, target: /etc/app/app.conf}]
        volumes: {data: {}}
        configs: {app: {content: x}}
        """)
    (message,) = planned.messages("mount-twice")
    assert "are mounted at /etc/app" in message


@pytest.mark.parametrize("services", [9, 10, 11])
def test_a_task_holds_ten_containers(plan, services):
    text = "services:\n  web: {image: x, ports: ['80']}\n"
    text += "".join(f"  s{number}: {{image: x}}\n" for number in range(services - 1))
    assert bool(plan(text).messages("too-many-containers")) == (services > 10)


def test_the_container_that_writes_configs_counts(plan):
    text = (
        "services:\n"
        "  web: {image: x, ports: ['80'], configs: [{source: a, target: /a/b}]}\n"
        "configs: {a: {content: x}}\n"
    )
    extra = "".join(f"  s{number}: {{image: x}}\n" for number in range(9))
    planned = plan(text.replace("configs: {a", extra + "configs: {a"))
    (message,) = planned.messages("too-many-containers")
    assert (
        "one task would have 11 containers, and holds at most 10: 10 services, files (names the "
        "services to each other, and writes configs and secrets); copy the configs into the images "
        "and write names: none, leave"
    ) in message


@pytest.mark.parametrize(("services", "warned"), [(8, False), (9, True), (10, True), (11, False)])
def test_a_full_task_is_told_of_the_container_that_an_api_adds(plan, services, warned):
    text = "services:\n  web: {image: x, ports: ['80']}\n"
    text += "".join(f"  s{number}: {{image: x}}\n" for number in range(services - 1))
    messages = plan(text, may_delay_stop=True).messages("no-room-for-stop-delay")
    assert bool(messages) == warned
    assert not plan(text).messages("no-room-for-stop-delay")


def test_a_secret_that_is_expected_to_be_a_file(plan):
    planned = plan("""
        services:
          db:
            image: postgres
            ports: ["5432"]
            environment: {POSTGRES_PASSWORD_FILE: /run/secrets/db}
            secrets: [db]
        secrets: {db: {external: true}}
        """)
    (message,) = planned.messages("secret-path")
    assert message.endswith(
        "write x-serverless-containers: {secrets: files} at the top of the file"
    )


def test_a_secret_whose_name_looks_like_an_arn(plan):
    planned = plan("""
        services: {web: {image: x, ports: ["80"], secrets: [db-secret]}}
        secrets: {db-secret: {external: true}}
        """)
    assert len(planned.messages("secret-name")) == 1


def test_a_service_whose_end_ends_the_task(plan):
    planned = plan("""
        services:
          web: {image: x, ports: ["80"], restart: "no"}
          job: {image: x}
        """)
    assert planned.messages("end-ends-task") == [
        "docker-compose.yml:3:43: services.web.restart: when web ends, the task ends, and the "
        "other containers with it; let it be restarted, or let another service receive the traffic"
    ]


@pytest.mark.parametrize(
    ("keys", "essential"),
    [
        ("restart: 'no'", False),
        ("restart: on-failure", False),
        ("restart: 'on-failure:3'", False),
        ("deploy: {restart_policy: {condition: none}}", False),
        ("deploy: {restart_policy: {condition: on-failure}}", False),
        ("deploy: {restart_policy: {condition: any}}, restart: 'no'", True),
        ("restart: always", True),
        ("restart: unless-stopped", True),
        ("labels: {a: b}", True),
    ],
)
def test_what_may_end_does_not_end_the_task(plan, keys, essential):
    planned = plan(f"""
        services:
          web: {{image: x, ports: ["80"], restart: on-failure}}
          job: {{image: x, {keys}}}
        """)
    assert not planned.messages("end-ends-task")
    assert planned["job"].essential is essential
    assert planned["web"].essential


def test_an_entrypoint_whose_end_is_awaited(plan):
    planned = plan("""
        services:
          web: {image: x, ports: ["80"]}
          job: {image: x, depends_on: {web: {condition: service_completed_successfully}}}
        """)
    assert len(planned.messages("entrypoint-ends")) == 1


def test_a_service_that_would_stop_the_others(plan):
    planned = plan("""
        services:
          web: {image: x, ports: ["80"]}
          job: {image: x, deploy: {replicas: 0}}
        """)
    (message,) = planned.messages("replicas-disagree")
    assert message.endswith("leave it out with profiles")


@pytest.mark.parametrize("setting", ["{storage: Scratch}", "{storge: scratch}"])
def test_a_misspelt_setting_of_a_volume(plan, setting):
    planned = plan(f"""
        services: {{web: {{image: x, ports: ["80"], volumes: ["data:/data"]}}}}
        volumes: {{data: {{x-serverless-containers: {setting}}}}}
        """)
    assert len(planned.messages("setting-invalid")) == 1
