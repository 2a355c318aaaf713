"""Volumes, and what is written to them before the containers start."""

import pytest

from serverless_containers.plan.model import FilePlan, MountPlan, VolumeKind, VolumePlan

NAMED = """
    services:
      web:
        image: nginx
        ports: ["80"]
        user: "1000:2000"
        volumes: ["data:/data", "cache:/cache:ro", "/scratch"]
    volumes:
      data:
      cache: {x-serverless-containers: {storage: scratch}}
    """


def test_named_volumes_are_on_efs_and_anonymous_ones_on_the_tasks_disk(plan):
    planned = plan(NAMED)
    assert planned["web"].mounts == (
        MountPlan(volume="data", path="/data"),
        MountPlan(volume="cache", path="/cache", read_only=True),
        MountPlan(volume="web-2", path="/scratch"),
    )
    assert planned.plan.volumes == (
        VolumePlan(name="data", kind=VolumeKind.EFS, owner=(1000, 2000)),
        VolumePlan(name="cache", kind=VolumeKind.SCRATCH, owner=(1000, 2000)),
        VolumePlan(name="web-2", kind=VolumeKind.SCRATCH),
    )


def test_two_services_share_a_volume(plan):
    planned = plan("""
        services:
          a: {image: x, ports: ["80"], volumes: ["data:/a"]}
          b: {image: x, volumes: ["data:/b"]}
        volumes: {data: {}}
        """)
    assert [volume.name for volume in planned.plan.volumes] == ["data"]


def test_an_external_volume_is_a_file_system_that_exists(plan):
    planned = plan("""
        services: {web: {image: x, ports: ["80"], volumes: ["data:/data"]}}
        volumes: {data: {external: true, name: fs-0123456789abcdef0}}
        """)
    assert planned.plan.volumes == (
        VolumePlan(
            name="data", kind=VolumeKind.EXTERNAL_EFS, file_system_id="fs-0123456789abcdef0"
        ),
    )


def test_another_external_volume_is_refused(plan):
    planned = plan("""
        services: {web: {image: x, ports: ["80"], volumes: ["data:/data"]}}
        volumes: {data: {external: true, name: shared}}
        """)
    assert planned.messages("volume-external") == [
        "docker-compose.yml:3:40: volumes.data.name: expected the id of an Amazon EFS file system, "
        "got 'shared'; write name: fs-0123456789abcdef0"
    ]


def test_a_bind_mount_of_the_host_is_refused_with_its_line(plan_service):
    planned = plan_service("volumes:\n  - /srv/html:/usr/share/nginx/html")
    (message,) = planned.messages("mount-rejected")
    assert message.startswith("docker-compose.yml:6:9: services.web.volumes[0]: a task has no host")
    assert message.endswith("or mark the mount with x-serverless-containers: {local-only: true}")


def test_unless_it_is_marked_local_only(plan_service):
    planned = plan_service(
        "volumes: [{type: bind, source: ., target: /app, "
        "x-serverless-containers: {local-only: true}}]"
    )
    assert planned["web"].mounts == ()
    assert len(planned.messages("mount-local-only")) == 1


@pytest.mark.parametrize("kind", ["npipe", "image", "cluster"])
def test_other_mounts_are_refused(plan_service, kind):
    planned = plan_service(f"volumes: [{{type: {kind}, source: x, target: /x}}]")
    assert planned.plan is None


class TestDrivers:
    """A volume with Docker's own driver is one without; its options make it something else."""

    def planned(self, plan, volume):
        return plan(f"""
            services: {{web: {{image: x, ports: ["80"], volumes: ["data:/data"]}}}}
            volumes: {{data: {volume}}}
            """)

    @pytest.mark.parametrize(
        "volume", ["{driver: local}", "{driver: ''}", "{driver: local, driver_opts: {}}"]
    )
    def test_dockers_default_is_a_folder_on_efs(self, plan, volume):
        planned = self.planned(plan, volume)
        assert planned.plan.volumes == (VolumePlan(name="data", kind=VolumeKind.EFS),)
        assert {code for code, _ in planned.findings} == {"volume-written-twice"}

    @pytest.mark.parametrize(
        ("volume", "key", "said"),
        [
            (
                "{driver: rexray}",
                "driver",
                "the driver 'rexray' is a plugin of an engine, of which",
            ),
            (
                "{driver: local, driver_opts: {type: none, o: bind, device: /srv/data}}",
                "driver_opts",
                "the options make it a bind mount of /srv/data, and a task has no host",
            ),
            (
                "{driver_opts: {type: nfs, o: 'addr=10.0.0.1,rw,nfsvers=4', device: ':/srv'}}",
                "driver_opts",
                "the options mount /srv of the NFS server 10.0.0.1, and ECS mounts no NFS but",
            ),
            (
                "{driver_opts: {type: tmpfs, device: tmpfs, o: size=100m}}",
                "driver_opts",
                "the options mount memory, which a service has as its tmpfs",
            ),
            (
                "{driver_opts: {type: cifs, device: //nas/share, o: username=x}}",
                "driver_opts",
                "the options mount //nas/share as cifs, and Fargate mounts no devices",
            ),
            (
                "{driver_opts: {size: 10g}}",
                "driver_opts",
                "the options (size) are for the folder of a local engine, which Fargate has not",
            ),
        ],
    )
    def test_another_driver_and_options_are_what_they_say(self, plan, volume, key, said):
        planned = self.planned(plan, volume)
        (message,) = planned.messages("volume-driver")
        assert f": volumes.data.{key}: {said}" in message
        assert "x-serverless-containers: {storage: " in message
        assert planned.plan is None

    @pytest.mark.parametrize(
        ("storage", "kind"), [("efs", VolumeKind.EFS), ("scratch", VolumeKind.SCRATCH)]
    )
    def test_what_the_file_says_of_fargate_stands_over_them(self, plan, storage, kind):
        planned = self.planned(
            plan,
            "{driver_opts: {type: none, o: bind, device: /srv}, "
            f"x-serverless-containers: {{storage: {storage}}}}}",
        )
        assert [volume.kind for volume in planned.plan.volumes] == [kind]
        assert len(planned.messages("volume-driver-local")) == 1
        assert planned.messages("volume-driver") == []

    def test_an_unused_volume_is_not_looked_at(self, plan):
        planned = plan("""
            services: {web: {image: x, ports: ["80"]}}
            volumes: {data: {driver: rexray}}
            """)
        assert planned.findings == []


class TestBoundVolumes:
    """A volume whose options bind a folder of the project is a bind mount of it."""

    def planned(self, plan, options="driver: local", *, mount="data:/data", storage="", image="x"):
        return plan(f"""
            services:
              web: {{image: {image}, ports: ["80"], volumes: ["{mount}"]}}
            volumes:
              data:
                {options}
                driver_opts: {{type: none, o: bind, device: ./data}}
                {storage}
            """)

    def test_a_folder_of_data_becomes_one_of_efs(self, plan):
        planned = self.planned(plan)
        assert planned.messages("volume-driver") == []
        assert planned.plan.volumes == (VolumePlan(name="bind-data", kind=VolumeKind.EFS),)
        assert planned["web"].mounts == (MountPlan(volume="bind-data", path="/data"),)
        (message,) = planned.messages("mount-stored")
        assert ": services.web.volumes[0]: ./data does not exist here" in message

    def test_it_is_the_same_folder_as_that_of_a_bind_mount(self, plan):
        planned = plan("""
            services:
              web: {image: x, ports: ["80"], volumes: ["data:/data"]}
              worker: {image: y, volumes: ["./data:/in:ro"]}
            volumes:
              data: {driver: local, driver_opts: {type: none, o: bind, device: ./data}}
            """)
        assert [volume.name for volume in planned.plan.volumes] == ["bind-data"]
        assert planned["worker"].mounts == (
            MountPlan(volume="bind-data", path="/in", read_only=True),
        )

    def test_files_that_are_only_read_are_copied(self, plan, project):
        project.write("data/a.txt", "hello")
        planned = self.planned(plan, mount="data:/data:ro")
        assert [each.content for each in planned.plan.files] == [b"hello"]

    def test_so_are_those_that_the_options_let_nobody_write(self, plan, project):
        project.write("data/a.txt", "hello")
        planned = plan(f"""
            services: {{web: {{image: x, ports: ["80"], volumes: ["data:/data"]}}}}
            volumes:
              data: {{driver_opts: {{type: none, o: "ro,bind", device: {project.path}/data}}}}
            """)
        assert [each.content for each in planned.plan.files] == [b"hello"]
        assert planned["web"].mounts[0].read_only

    def test_files_of_the_project_are_not_written_to(self, plan, project):
        project.write("data/a.txt", "hello")
        planned = self.planned(plan)
        assert planned.plan is None
        assert len(planned.messages("mount-writable")) == 1

    def test_one_that_is_for_this_machine_alone_is_no_volume_either(self, plan):
        planned = plan("""
            services:
              web:
                image: x
                ports: ["80"]
                volumes:
                  - type: volume
                    source: data
                    target: /data
                    x-serverless-containers: {local-only: true}
            volumes:
              data: {driver: local, driver_opts: {type: none, o: bind, device: ./data}}
            """)
        assert planned.plan.volumes == ()
        assert len(planned.messages("mount-local-only")) == 1

    def test_what_the_file_says_of_fargate_stands_over_it(self, plan):
        planned = self.planned(plan, storage="x-serverless-containers: {storage: efs}")
        assert [volume.name for volume in planned.plan.volumes] == ["data"]
        assert planned.messages("mount-stored") == []

    def test_a_relative_folder_is_in_the_project_where_docker_says_so(self, plan):
        planned = self.planned(plan, options="")
        (message,) = planned.messages("volume-driver")
        assert "a bind mount of ./data, which a local engine looks for in a folder of" in message
        assert "write driver: local and o: bind" in message


class TestFiles:
    CONFIG = """
        services:
          web:
            image: nginx
            ports: ["80"]
            configs: [{source: app, target: /etc/app/app.conf, mode: 0440, uid: "33", gid: "44"}]
        configs:
          app: {content: "port = 80"}
        """

    def test_a_config_is_written_to_a_volume_that_takes_its_folders_place(self, plan):
        planned = plan(self.CONFIG)
        assert planned["web"].mounts == (
            MountPlan(volume="web-files-1", path="/etc/app", read_only=True),
        )
        assert planned.plan.files == (
            FilePlan(
                volume="web-files-1", name="app.conf", content=b"port = 80", mode=0o440,
                owner=(33, 44),
            ),
        )  # fmt: skip
        assert len(planned.messages("folder-hidden")) == 1

    @pytest.mark.parametrize(
        ("target", "hides"),
        [("", False), (", target: sub/token", False), (", target: /etc/app/token", True)],
    )
    def test_so_is_a_secret_elsewhere_than_in_run_secrets(self, plan, target, hides):
        planned = plan(f"""
            services:
              web:
                image: nginx
                ports: ["80"]
                secrets: [{{source: token{target}}}]
            secrets: {{token: {{file: ../.secret-token}}}}
            x-serverless-containers: {{secrets: files}}
            """)
        assert len(planned.messages("folder-hidden")) == hides

    def test_it_may_come_from_a_file(self, plan, project):
        project.write("app.conf", "port = 81")
        planned = plan(self.CONFIG.replace('content: "port = 80"', "file: app.conf"))
        assert planned.plan.files[0].content == b"port = 81"

    def test_a_missing_file_has_its_line(self, plan):
        planned = plan(self.CONFIG.replace('content: "port = 80"', "file: app.conf"))
        assert planned.messages("file-source") == [
            "docker-compose.yml:8:15: configs.app.file: app.conf cannot be read (No such file or "
            "directory); name a file that can be read"
        ]

    def test_a_large_file_does_not_fit_into_a_task_definition(self, plan, project):
        project.write("app.conf", "x" * 40_000)
        planned = plan(self.CONFIG.replace('content: "port = 80"', "file: app.conf"))
        (message,) = planned.messages("file-source")
        assert "app.conf has more than 32768 bytes; copy it into the image" in message

    def test_the_root_folder_cannot_be_replaced(self, plan):
        planned = plan(self.CONFIG.replace("/etc/app/app.conf", "/app.conf"))
        (message,) = planned.messages("file-target")
        assert "/app.conf is in the root folder" in message

    def test_secrets_can_be_files(self, plan):
        planned = plan("""
            x-serverless-containers: {secrets: files}
            services: {web: {image: nginx, ports: ["80"], secrets: [KEY]}}
            secrets: {KEY: {file: ../.secret-key}}
            """)
        assert planned["web"].secrets == {}
        assert planned["web"].mounts == (
            MountPlan(volume="web-files-1", path="/run/secrets", read_only=True),
        )
        assert planned.plan.files == (FilePlan(volume="web-files-1", name="KEY", secret="KEY"),)
        assert list(planned.plan.secrets) == ["KEY"]


def kinds(planned):
    return [(each.name, each.kind) for each in planned.plan.volumes]


def test_an_anonymous_volume_does_not_take_the_place_of_one_of_its_name(plan):
    # GIVEN a volume that keeps its data and is called as the first mount of its service is
    planned = plan("""
        services:
          app: {image: x, ports: ["80"], volumes: ["/scratch", "app-0:/data"]}
        volumes: {app-0: {}}
        """)

    # THEN each has a volume of its own
    assert planned["app"].mounts == (
        MountPlan(volume="app-0_", path="/scratch"),
        MountPlan(volume="app-0", path="/data"),
    )
    assert sorted(kinds(planned)) == [
        ("app-0", VolumeKind.EFS),
        ("app-0_", VolumeKind.SCRATCH),
    ]


def test_the_volume_of_configs_does_not_take_the_name_of_another(plan):
    planned = plan("""
        services:
          app:
            image: x
            ports: ["80"]
            volumes: ["app-files-1:/data"]
            configs: [{source: c, target: /etc/shop/c}]
          b: {image: x, configs: [{source: c, target: /etc/shop/c}]}
          b-files: {image: x, volumes: ["/x", "/y", "/z"]}
        configs: {c: {content: "1"}}
        volumes: {app-files-1: {}}
        """)
    assert sorted(kinds(planned)) == [
        ("app-files-1", VolumeKind.EFS),
        ("app-files-1_", VolumeKind.SCRATCH),
        ("b-files-0", VolumeKind.SCRATCH),
        ("b-files-1", VolumeKind.SCRATCH),
        ("b-files-2", VolumeKind.SCRATCH),
        ("b-files-2_", VolumeKind.SCRATCH),
    ]
    assert [each.volume for each in planned.plan.files] == ["app-files-1_", "b-files-2_"]


class TestContentOfTheImage:
    """What Docker would copy into a new volume."""

    BUILT = """
        services:
          web: {build: ., ports: ["80"], volumes: ["data:TARGET"]}
        volumes: {data: }
        """

    def told(self, plan, dockerfile, target):
        text = self.BUILT.replace("TARGET", target)
        return plan(text, dockerfiles={"Dockerfile": dockerfile}).messages("volume-starts-empty")

    @pytest.mark.parametrize(
        ("instructions", "target", "said"),
        [
            ("COPY seed /data/", "/data", "COPY in Dockerfile:2 puts /data into the image"),
            ("COPY a /data/b", "/data/", "COPY in Dockerfile:2 puts /data/b into the image"),
            ("ADD https://x.example/a.tgz /data/", "/data", "ADD in Dockerfile:2 puts /data into"),
            ('COPY ["a", "/data/a"]', "/data", "COPY in Dockerfile:2 puts /data/a into the image"),
            ("WORKDIR /srv\nCOPY a data/b", "/srv/data", "COPY in Dockerfile:3 puts /srv/data/b"),
            ("ENV D=/data\nCOPY a $D/b", "/data", "COPY in Dockerfile:3 puts /data/b into"),
            ("COPY --from=other:1 /a /data/a", "/data", "COPY in Dockerfile:2 puts /data/a into"),
            ("RUN set -eux; mkdir -p /data/a", "/data", "RUN in Dockerfile:2 puts /data/a into"),
            ("RUN true && mkdir -m 700 /x /data/a", "/data", "RUN in Dockerfile:2 puts /data/a"),
            ("RUN mkdir -p /data/in/{a,b}", "/data", "RUN in Dockerfile:2 puts /data/in into"),
            ("WORKDIR /data\nRUN mkdir -p a", "/data", "RUN in Dockerfile:3 puts /data/a into"),
            ("RUN npm ci", "/app/node_modules", "/app/node_modules holds what is installed when"),
        ],
    )
    def test_a_dockerfile_that_puts_something_there(
        self, plan, project, instructions, target, said
    ):
        project.write("a", "x")
        project.write("seed/a", "x")
        (message,) = self.told(plan, f"FROM php:8\n{instructions}\nEXPOSE 80\n", target)
        assert message.startswith(f"docker-compose.yml:3:44: services.web.volumes[0]: {said}")
        assert "data starts empty on Amazon EFS" in message

    @pytest.mark.parametrize(
        "instructions",
        [
            "RUN mkdir -p /data && chown 1000 /data",
            "RUN cd /tmp && mkdir data/a",
            "RUN echo 'mkdir /data/a'",
            "COPY a /database",
            "COPY a $UNKNOWN/data",
            "COPY a data/a",
            "VOLUME /data",
        ],
    )
    def test_one_that_puts_nothing_there(self, plan, project, instructions):
        project.write("a", "x")
        assert self.told(plan, f"FROM php:8\n{instructions}\n", "/data") == []

    def test_a_copy_of_the_whole_context_that_has_files_there(self, plan, project):
        dockerfile = "FROM php:8\nWORKDIR /app\nCOPY . .\n"
        assert self.told(plan, dockerfile, "/app/uploads") == []
        project.write("uploads/a", "x")
        (message,) = self.told(plan, dockerfile, "/app/uploads")
        assert "the Dockerfile copies uploads, with what is in it, to /app/uploads" in message
        project.write(".dockerignore", "uploads/*\n")
        assert self.told(plan, dockerfile, "/app/uploads") == []

    @pytest.mark.parametrize(
        ("image", "target", "found"),
        [
            ("nginx:1.29", "/usr/share/nginx/html", "the image nginx:1.29 has files in"),
            ("nginx:1.29", "/usr/share/nginx", "the image nginx:1.29 has files in"),
            ("nginx:1.29", "/usr/share/nginx/html/uploads", None),
            ("grafana/grafana:12.0.0", "/var/lib/grafana", None),
            ("postgres:17", "/var/lib/postgresql/data", None),
            ("wordpress:6", "/var/www/html", None),
        ],
    )
    def test_a_well_known_image(self, plan, image, target, found):
        planned = plan(f"""
            services:
              web: {{image: "{image}", ports: ["80"], volumes: ["data:{target}"]}}
            volumes: {{data: }}
            """)
        messages = planned.messages("volume-starts-empty")
        assert bool(messages) is (found is not None)
        assert found is None or found in messages[0]

    @pytest.mark.parametrize(
        "mount",
        [
            "data:/etc/nginx:nocopy",
            "{type: volume, source: data, target: /etc/nginx, volume: {nocopy: true}}",
            "/etc/nginx",
            "scratch:/etc/nginx",
        ],
    )
    def test_what_may_start_empty_or_is_on_the_tasks_disk(self, plan, mount):
        planned = plan(f"""
            services: {{web: {{image: "nginx:1.29", ports: ["80"], volumes: [{mount}]}}}}
            volumes: {{data: , scratch: {{x-serverless-containers: {{storage: scratch}}}}}}
            """)
        assert planned.plan is not None
        assert planned.messages("volume-starts-empty") == []
