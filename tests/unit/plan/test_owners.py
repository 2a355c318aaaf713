"""Owners of folders on a file system."""

import pytest


def owner(planned):
    (volume,) = planned.plan.volumes
    return volume.owner


@pytest.mark.parametrize(
    ("keys", "ids"),
    [
        ("image: postgres:17", (0, 0)),
        ("image: postgres:17, user: postgres", (999, 999)),
        ("image: postgres:17-alpine, user: postgres", (70, 70)),
        ("image: postgres:alpine3.22, user: 'postgres:postgres'", (70, 70)),
        ("image: postgres:17, user: root", (0, 0)),
        ("image: postgres:17, user: '26'", (26, 26)),
        ("image: bitnami/postgresql:17", (1001, 0)),
        ("image: registry.example.com/mirror/bitnami/mariadb:11", (1001, 0)),
        ("image: bitnami/postgresql:17, user: root", (0, 0)),
        ("image: bitnami/postgresql:17, user: '0'", (0, 0)),
        ("image: grafana/grafana:12.0.0", (472, 0)),
        ("image: docker.elastic.co/elasticsearch/elasticsearch:9.0.0", (1000, 0)),
        ("image: acme/grafana-backup:1", (0, 0)),
    ],
)
def test_a_folder_belongs_to_whom_the_container_starts_as(plan, keys, ids):
    planned = plan(f"""
        services:
          web: {{image: x, ports: ["80"]}}
          data: {{{keys}, volumes: ["kept:/kept"]}}
        volumes: {{kept: {{}}}}
        """)
    assert owner(planned) == ids
    assert not planned.messages("volume-owner")


@pytest.mark.parametrize(
    ("dockerfile", "ids"),
    [
        ("FROM postgres:17-alpine\nUSER postgres\n", (70, 70)),
        ("FROM python:3.13\nUSER 1000\n", (1000, 1000)),
        ("FROM bitnami/redis:8\n", (1001, 0)),
        ("FROM bitnami/redis:8\nUSER root\n", (0, 0)),
    ],
)
def test_a_dockerfile_says_it_too(plan, project, dockerfile, ids):
    project.write("Dockerfile", dockerfile)
    planned = plan("""
        services:
          web: {build: ., ports: ["80"], volumes: ["kept:/kept"]}
        volumes: {kept: {}}
        """)
    assert owner(planned) == ids


def test_a_name_that_only_the_image_knows_is_told(plan):
    planned = plan("""
        services:
          web: {image: example/forum:4, user: forum, ports: ["80"], volumes: ["kept:/kept"]}
        volumes: {kept: {}}
        """)
    assert owner(planned) == (0, 0)
    assert planned.messages("volume-owner") == [
        "docker-compose.yml:3:39: services.web.user: web runs as 'forum', whose numbers only its "
        "image knows, and its folders on Amazon EFS belong to root: what it makes there does, too; "
        'write its numbers, as user: "1000:1000"; `id` says them in a container of the image'
    ]


def test_so_is_one_of_a_dockerfile(plan, project):
    project.write("Dockerfile", "FROM python:3.13\nUSER app\n")
    planned = plan("""
        services:
          web: {build: ., ports: ["80"], volumes: ["kept:/kept"]}
        volumes: {kept: {}}
        """)
    (message,) = planned.messages("volume-owner")
    assert message.startswith("docker-compose.yml:3:16: services.web.build: web runs as 'app'")


def test_what_is_on_no_file_system_of_ours_needs_no_owner(plan):
    planned = plan("""
        services:
          web:
            image: example/forum:4
            user: forum
            ports: ["80"]
            volumes: ["kept:/kept", "other:/other"]
        volumes:
          kept: {x-serverless-containers: {storage: scratch}}
          other: {external: true, name: fs-0123456789abcdef0}
        """)
    assert not planned.messages("volume-owner")


class TestSharedFolders:
    """A folder has the owner of the first service that has it, whoever else writes there."""

    def planned(self, plan, worker, *, volume="{}", mount="kept:/in"):
        return plan(f"""
            services:
              app: {{image: x, user: "1000:1000", ports: ["80"], volumes: ["kept:/kept"]}}
              worker: {{image: y, {worker} volumes: ["{mount}"]}}
            volumes: {{kept: {volume}}}
            """)

    def test_another_user_who_writes_there_is_warned_of(self, plan):
        planned = self.planned(plan, 'user: "33",')
        assert owner(planned) == (1000, 1000)
        assert planned.messages("volume-users") == [
            "docker-compose.yml:4:44: services.worker.volumes[0]: worker runs as 33:33, and the "
            "folder on Amazon EFS belongs to 1000:1000, whom app runs as: what worker makes there "
            'does, too; give both the same user, as user: "1000:1000", or a volume each'
        ]

    def test_root_is_one(self, plan):
        (message,) = self.planned(plan, "").messages("volume-users")
        assert "worker runs as 0:0" in message

    @pytest.mark.parametrize(
        ("worker", "options"),
        [
            ('user: "1000",', {}),
            ('user: "33",', {"mount": "kept:/in:ro"}),
            ('user: "33",', {"volume": "{x-serverless-containers: {storage: scratch}}"}),
            ('user: "33",', {"volume": "{external: true, name: fs-0123456789abcdef0}"}),
        ],
    )
    def test_the_same_user_is_not_nor_one_who_only_reads(self, plan, worker, options):
        planned = self.planned(plan, worker, **options)
        assert planned.plan is not None
        assert planned.messages("volume-users") == []

    def test_a_folder_of_the_project_is_one_too(self, plan):
        planned = plan("""
            services:
              app: {image: x, user: "1000:1000", ports: ["80"], volumes: ["./data:/kept"]}
              worker: {image: y, user: "33", volumes: ["./data:/in"]}
            """)
        assert len(planned.messages("volume-users")) == 1
