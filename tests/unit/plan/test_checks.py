"""What ECS would refuse, or do otherwise than the file means."""

import pytest

from serverless_containers.plan.model import RestartPlan


class TestNames:
    """What ECS does not take as a name gets one that it takes."""

    @pytest.mark.parametrize(
        ("name", "valid"),
        [
            ("web.api", "web-api"),
            ("files", "files-2"),
            ("stop-delay", "stop-delay-2"),
            ("log-router", "log-router-2"),
            ("w" * 256, "w" * 255),
        ],
    )
    def test_a_container_gets_the_nearest_name(self, plan, name, valid):
        planned = plan(f"services: {{{name}: {{image: x, ports: ['80']}}}}")
        (message,) = planned.messages("name-invalid")
        assert f"got {name!r}; the container is named {valid}; rename the service to" in message
        assert planned.plan.entrypoint == valid
        assert [(each.name, each.service_name) for each in planned.plan.services] == [(valid, name)]

    def test_names_stay_unique_whatever_their_order(self, plan):
        lines = [f"  {name}: {{image: x, expose: ['{port}']}}" for name, port in
                 (("a.b", 81), ("a-b", 82), ("a..b", 83), ("a-b-2", 84))]  # fmt: skip
        for order in (lines, lines[::-1]):
            planned = plan("services:\n" + "\n".join(order), entrypoint="a.b")
            names = {each.service_name: each.name for each in planned.plan.services}
            assert names == {"a-b": "a-b", "a-b-2": "a-b-2", "a..b": "a--b", "a.b": "a-b-3"}

    def test_everything_of_the_task_goes_by_it(self, plan):
        planned = plan("""
            services:
              laravel.test:
                image: x
                ports: ["80"]
                volumes: ["my.data:/data", /tmp]
                configs: [{source: app, target: /etc/app/app.conf}]
                depends_on: {files: {condition: service_completed_successfully}}
              files: {image: x, volumes: ["my.data:/data"]}
            volumes: {my.data: {driver: local}}
            configs: {app: {content: a}}
            """)
        written, files, web = planned.plan.containers
        assert (written.name, written.role.value) == ("files", "files")
        assert (files.name, files.mounts[0].volume) == ("files-2", "my-data")
        assert web.name == planned.plan.entrypoint == "laravel-test"
        assert dict(web.depends_on) == {"files": "SUCCESS", "files-2": "SUCCESS"}
        assert [each.volume for each in web.mounts] == [
            "my-data", "laravel-test-1", "laravel-test-files-1",
        ]  # fmt: skip
        assert {each.name for each in planned.plan.volumes} == {each.volume for each in web.mounts}
        assert [each.volume for each in planned.plan.files] == ["laravel-test-files-1"]
        assert len(planned.messages("name-invalid")) == 3

    def test_the_callers_entrypoint_has_composes_name(self, plan):
        text = "services: {a.b: {image: x, ports: ['80']}, c: {image: x, ports: ['81']}}"
        assert plan(text, entrypoint="a.b").plan.entrypoint == "a-b"
        assert len(plan(text, entrypoint="a-b").messages("entrypoint-unknown")) == 1


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


READ_AS_A_FILE = """
    services:
      db:
        image: postgres
        environment: {POSTGRES_PASSWORD_FILE: /run/secrets/db}
        secrets: [db]
      web: {image: nginx, ports: ["80"], secrets: [db]}
    secrets: {db: {external: true}}
    """


def test_secrets_are_files_where_a_service_reads_one(plan):
    planned = plan(READ_AS_A_FILE)
    (message,) = planned.messages("secrets-are-files")
    assert "db reads files below /run/secrets" in message
    assert {each.secret for each in planned.plan.files} == {"db"}
    assert [dict(each.secrets) for each in planned.plan.services] == [{}, {}]
    # AND nothing is said where the file says it, nor of a path without a secret
    said = plan("    x-serverless-containers: {secrets: files}" + READ_AS_A_FILE)
    assert said.plan.files == planned.plan.files
    assert not said.messages("secrets-are-files")
    assert not plan(READ_AS_A_FILE.replace("secrets: [db]", "")).messages("secrets-are-files")


def test_a_secret_that_is_expected_to_be_a_file(plan):
    planned = plan("    x-serverless-containers: {secrets: variables}" + READ_AS_A_FILE)
    (message,) = planned.messages("secret-path")
    assert message.endswith("without it they are files here")
    assert not planned.plan.files


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


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        ("restart: on-failure", "4:28: services.job.restart"),
        (
            "deploy: {restart_policy: {condition: on-failure}}",
            "4:56: services.job.deploy.restart_policy.condition",
        ),
    ],
)
def test_what_may_end_by_failing_is_a_guess(plan, keys, place):
    files = f"""
        services:
          web: {{image: x, ports: ["80"], restart: on-failure}}
          job: {{image: x, {keys}}}
        """
    (message,) = plan(files).messages("restart-on-failure")
    assert message.startswith(f"docker-compose.yml:{place}: job may end")
    assert plan(files, strict=True).plan is None


@pytest.mark.parametrize("keys", ["restart: 'no'", "restart: always", "labels: {a: b}"])
def test_what_says_whether_it_may_end_is_none(plan, keys):
    planned = plan(f"""
        services:
          web: {{image: x, ports: ["80"], restart: on-failure}}
          job: {{image: x, {keys}}}
        """)
    assert not planned.messages("restart-on-failure")


def test_nor_is_what_others_wait_for(plan):
    planned = plan("""
        services:
          web:
            image: x
            ports: ["80"]
            depends_on: {job: {condition: service_completed_successfully}}
          job: {image: x, restart: on-failure}
        """)
    assert not planned.messages("restart-on-failure")


def test_what_has_succeeded_does_not_start_again(plan):
    planned = plan("""
        services:
          web:
            image: x
            ports: ["80"]
            depends_on: {job: {condition: service_completed_successfully}}
          job: {image: x, restart: always}
        """)
    assert planned["job"].restart == RestartPlan(ignored_exit_codes=(0,))


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


class TestNothingToRun:
    """Values that Docker Compose takes, and after which nothing could be deployed."""

    @pytest.mark.parametrize(
        "image", ["minio/minio:", "minio/minio:${UNSET}", "nginx@", "${UNSET}/nginx", "a//b", "a b"]
    )
    def test_an_unfinished_name_of_an_image(self, plan, image):
        planned = plan(f"services: {{web: {{image: '{image}', ports: ['80']}}}}")
        (message,) = planned.messages("image-invalid")
        assert message.startswith("docker-compose.yml:1:25: services.web.image: the name of the")
        assert planned.plan is None

    @pytest.mark.parametrize(
        ("image", "small"),
        [
            ("Nginx:1.29", "nginx:1.29"),
            ("MyOrg/Shop", "myorg/shop"),
            ("ghcr.io/MyOrg/shop:RC1", "ghcr.io/myorg/shop:RC1"),
            ("localhost:5000/Shop@sha256:1", "localhost:5000/shop@sha256:1"),
        ],
    )
    def test_capital_letters_in_the_name_of_a_repository(self, plan, image, small):
        planned = plan(f"services: {{web: {{image: '{image}', ports: ['80']}}}}")
        (message,) = planned.messages("image-invalid")
        assert message.endswith(f"no capital letters, got {image!r}; write {small}")
        assert planned.plan is None

    @pytest.mark.parametrize(
        "image",
        [
            *("nginx", "localhost:5000/a/b:1", "a@sha256:" + "0" * 64, "ghcr.io/a/b:v1@sha256:1"),
            *("nginx:RC1", "Registry.Example.com/shop", "localhost/shop:V1"),
        ],
    )
    def test_a_finished_one(self, plan, image):
        planned = plan(f"services: {{web: {{image: '{image}', ports: ['80']}}}}")
        assert planned.plan is not None

    @pytest.mark.parametrize(
        "keys",
        [
            "ports: [{target: 0}]",
            "ports: [{target: 70000}]",
            "expose: ['0']",
            "expose: ['']",
            "expose: ['/tcp']",
            "expose: [web]",
            "expose: ['80-70']",
            "expose: ['65536']",
            "ports: ['80'], expose: ['0']",
        ],
    )
    def test_a_port_that_is_none(self, plan, keys):
        planned = plan(f"services: {{web: {{image: x, {keys}}}}}")
        (message,) = planned.messages("port-invalid")
        assert "expected a port, or a range of them, from 1 to 65535; name the port" in message
        assert planned.plan is None

    @pytest.mark.parametrize("keys", ["ports: ['1-65535']", "expose: ['1-65535']"])
    def test_more_ports_than_a_task_definition_holds(self, plan, keys):
        assert plan(f"services: {{web: {{image: x, {keys}}}}}").plan is None

    def test_a_protocol_in_capitals_is_the_same(self, plan):
        planned = plan(
            "services: {web: {image: x, ports: ['80', '81/UDP', {target: 82, protocol: UDP}], "
            "expose: ['83/TCP']}}"
        )
        assert [str(port) for port in planned["web"].ports] == [
            "80/tcp", "81/udp", "82/udp", "83/tcp",
        ]  # fmt: skip

    def test_an_exposed_port_of_another_protocol(self, plan):
        planned = plan("services: {web: {image: x, ports: ['80'], expose: ['81/sctp']}}")
        assert len(planned.messages("protocol-unsupported")) == 1

    def test_all_services_are_in_profiles(self, plan, project):
        text = (
            "services: {web: {image: x, ports: ['80'], profiles: [a]}, "
            "b: {image: x, profiles: [b]}}"
        )
        planned = plan(text)
        assert planned.errors == [
            "docker-compose.yml:1:11: services: all services are in profiles, none of which is "
            "active: b, web; activate one with COMPOSE_PROFILES=… in .env, or with --profile for a "
            "command"
        ]
        project.write(".env", "COMPOSE_PROFILES=a\n")
        assert plan(text).plan is not None

    @pytest.mark.parametrize(
        ("keys", "hint"),
        [
            ("replicas: 2", "write it under deploy, or say scale"),
            ("resources: {}", "write it under deploy, or say cpus and mem_limit"),
        ],
    )
    def test_a_key_of_deploy_at_the_service(self, plan, keys, hint):
        planned = plan(f"services: {{web: {{image: x, ports: ['80'], {keys}}}}}")
        assert [each for each in planned.errors if each.endswith(hint)] != []


@pytest.mark.parametrize(
    ("platform", "architecture"),
    [("amd64", "X86_64"), ("Linux/ARM64/v8", "ARM64"), ("linux/x86_64", "X86_64"), ("linux", None)],
)
def test_platforms_as_docker_reads_them(plan_service, platform, architecture):
    planned = plan_service(f"platform: {platform}")
    assert planned.plan.architecture == architecture


class TestPwd:
    """PWD is the shell's folder to Docker Compose, which for a deployment is the project's."""

    def test_it_is_the_projects_folder(self, plan, project):
        project.write(".env", "DATA=${PWD}/data\n")
        planned = plan(
            "services: {web: {image: x, ports: ['80'], environment: ['A=${PWD}', 'B=${DATA}']}}"
        )
        assert planned["web"].environment == {"A": f"{project.path}", "B": f"{project.path}/data"}
        assert planned.messages("variable-not-set") == []
