"""What becomes of bind mounts: left out, stored, copied, or refused."""

import os
import re
import socket
from textwrap import dedent

import pytest

from serverless_containers.plan.model import (
    ContainerRole,
    CopyPlan,
    FilePlan,
    MountPlan,
    VolumeKind,
    VolumePlan,
)

LOCAL_ONLY = "mark the mount with x-serverless-containers: {local-only: true}"
DOCKERFILE = """
    FROM python:3.13
    WORKDIR /app
    COPY requirements.txt ./
    COPY . .
    CMD ["python", "app.py"]
    """


@pytest.fixture
def mounted(plan):
    """Plan a service, by default of an image that nothing is known of, with these mounts."""

    def _mounted(*mounts, image="app:1", user="0"):
        listed = "".join(f"\n      - {mount}" for mount in mounts)
        return plan(f"""
services:
  web:
    image: {image}
    user: "{user}"
    ports: ["80"]
    volumes:{listed}
""")

    return _mounted


@pytest.fixture
def built(plan):
    """Plan a service with a build in ``app``, and these mounts."""

    def _built(*mounts, dockerfile=DOCKERFILE, more=""):
        listed = "".join(f"\n              - {mount}" for mount in mounts)
        return plan(
            f"""
        services:
          web:
            build: {{context: app}}
            ports: ["80"]
            volumes:{listed}
        {more}
        """,
            dockerfiles={"app/Dockerfile": dockerfile},
        )

    return _built


class TestLeftOut:
    @pytest.mark.parametrize(
        ("dockerfile", "mount"),
        [
            (DOCKERFILE, "./app:/app"),
            (DOCKERFILE, "./app/src:/app/src"),
            (DOCKERFILE, "./app/app.py:/app/app.py:ro"),
            ("FROM node:22\nADD src /usr/src/app/src/\n", "./app/src:/usr/src/app/src"),
            ("FROM node:22\nADD src /usr/src/app/src/\n", "./app:/usr/src/app"),
            ("FROM node:22\nCOPY *.py /code/\n", "./app:/code"),
            ("FROM node:22\nCOPY src/*.conf /etc/app/\n", "./app/src/a.conf:/etc/app/a.conf"),
            (
                "FROM node:22 AS made\nWORKDIR /w\nCOPY . .\nFROM nginx:1.29\n"
                "COPY --from=made /w/src /usr/share/nginx/html\n",
                "./app/src:/usr/share/nginx/html",
            ),
            (
                "FROM node:22 AS made\nWORKDIR /w\nCOPY src .\nFROM nginx:1.29\n"
                "COPY --from=made / /x\n",
                "./app/src:/x/w",
            ),
        ],
    )
    def test_what_the_dockerfile_copies_there_anyway(self, built, project, dockerfile, mount):
        for name in ("app.py", "src/a.py", "src/a.conf"):
            project.write(f"app/{name}", "x")
        planned = built(mount, dockerfile=dockerfile)
        assert planned["web"].mounts == planned["web"].copies == ()
        (message,) = planned.messages("mount-dropped")
        source, target = mount.split(":")[:2]
        assert message == (
            f"docker-compose.yml:7:9: services.web.volumes[0]: {source} is for developing: the "
            f"Dockerfile copies it to {target}, and the image has it; the mount is left out; "
            f"{LOCAL_ONLY} to say so, or keep it in compose.override.yaml"
        )

    @pytest.mark.parametrize(
        ("dockerfile", "mount"),
        [
            ("FROM node:22\nWORKDIR /app\nCOPY package.json .\n", "./app:/app"),
            (DOCKERFILE, "./app:/srv"),
            (DOCKERFILE, "./app/src:/app/other"),
            ("FROM node:22\nCOPY . $UNKNOWN\n", "./app:/app"),
            ("FROM node:22\nCOPY . relative\n", "./app:/relative"),
            ("FROM node:22\nCOPY --exclude=src . /app\n", "./app/src:/app/src"),
            ("FROM node:22\nCOPY src/a.py /x/b.py\n", "./app/src/a.py:/x/a.py"),
            ("FROM node:22\nCOPY --from=node:22 /app /app\n", "./app:/app"),
        ],
    )
    def test_nothing_else_of_the_context(self, built, project, dockerfile, mount):
        for name in ("app.py", "src/a.py", "package.json"):
            project.write(f"app/{name}", "x")
        planned = built(mount, dockerfile=dockerfile)
        assert planned.messages("mount-dropped") == []
        assert planned.messages("mount-writable") or planned["web"].copies

    def test_nor_what_the_context_does_not_hold(self, built, project):
        project.write("app/.dockerignore", "media\n")
        project.write("app/media/logo.png", "x")
        planned = built("./app/media:/app/media")
        assert len(planned.messages("mount-writable")) == 1

    def test_what_an_ignore_file_leaves_out_is_warned_of(self, built, project):
        # GIVEN a file below the mount that the image does not get
        for name in ("app.py", "prices.json", "secret.json", "tests/a.py", "README.md"):
            project.write(f"app/{name}", "x")
        project.write("app/.gitignore", "secret.json\n")
        project.write("app/.dockerignore", "**/*.json\ntests\nREADME.md\n")
        # WHEN it is planned
        planned = built("./app:/app")
        # THEN the file is named
        assert planned.messages("mount-dropped") == []
        assert planned.messages("mount-incomplete") == [
            "docker-compose.yml:7:9: services.web.volumes[0]: ./app is for developing: the "
            "Dockerfile copies it to /app, and the image has it without prices.json, README.md, "
            "secret.json and 1 more, which ./app/.dockerignore leaves out; the mount is left out; "
            f"take what web needs out of that file; {LOCAL_ONLY} to say so, or keep it in "
            "compose.override.yaml"
        ]

    @pytest.mark.parametrize(
        "patterns",
        ["src/node_modules\n", "**/tests\n", "*\n!src\nsrc/generated\n", "src/**/*.log\n"],
    )
    def test_what_no_program_needs_is_told_with_the_note(self, built, project, patterns):
        for name in ("a.py", "node_modules/x", "tests/b.py", "generated/c", "d.log"):
            project.write(f"app/src/{name}", "x")
        project.write(".gitignore", "generated\n")
        project.write("app/.dockerignore", patterns)
        planned = built("./app/src:/app/src")
        assert planned.messages("mount-incomplete") == []
        (message,) = planned.messages("mount-dropped")
        assert re.search("the image has it without src/[^,]*, which ./app/.dockerignore", message)

    def test_a_folder_may_be_sent_though_its_name_is_left_out(self, built, project):
        project.write("app/src/a.py", "x")
        project.write("app/.dockerignore", "*\n!src/**\n")
        planned = built("./app/src:/app/src")
        assert len(planned.messages("mount-dropped")) == 1

    @pytest.mark.parametrize("kept", [".gitkeep", None])
    def test_a_folder_of_which_nothing_is_sent_is_not_in_the_image(self, built, project, kept):
        project.write("app/media/logo.png", "x")
        project.write("app/.dockerignore", "media/*\n!media/.gitkeep\n")
        if kept:
            project.write(f"app/media/{kept}", "")
        planned = built("./app/media:/app/media")
        assert planned.messages("mount-dropped") == []
        assert len(planned.messages("mount-writable")) == 1

    @pytest.mark.parametrize("patterns", ["data\n", "*\n!app.py\n"])
    def test_nor_is_a_folder_that_is_empty_or_missing(self, built, project, patterns):
        project.write("app/.dockerignore", patterns)
        assert built("./app/data:/app/data").plan.volumes[0].kind is VolumeKind.EFS
        (project.path / "app" / "data").mkdir()
        assert built("./app/data:/app/data").plan.volumes[0].kind is VolumeKind.EFS

    def test_volumes_that_keep_the_mount_from_hiding_packages(self, built):
        planned = built("./app:/app", "/app/node_modules", "modules:/app/.venv", more=(
            "volumes: {modules: {}}"
        ))  # fmt: skip
        assert planned["web"].mounts == ()
        assert planned.plan.volumes == ()
        assert len(planned.messages("mount-dropped")) == 3

    def test_but_no_volume_for_data_in_it(self, built):
        planned = built("./app:/app", "media:/app/media", more="volumes: {media: {}}")
        assert planned["web"].mounts == (MountPlan(volume="media", path="/app/media"),)

    def test_packages_of_this_machine(self, built):
        planned = built("./node_modules:/srv/node_modules")
        assert len(planned.messages("mount-dropped")) == 1

    @pytest.mark.parametrize("name", ["localtime", "timezone"])
    def test_the_time_zone_of_the_host(self, mounted, name):
        planned = mounted(f"/etc/{name}:/etc/{name}:ro")
        assert planned["web"].mounts == ()
        (message,) = planned.messages("mount-dropped")
        assert "; set TZ under environment" in message

    def test_the_source_of_random_numbers(self, mounted):
        assert mounted("/dev/urandom:/dev/random:ro")["web"].mounts == ()
        assert len(mounted("/dev/sda:/dev/random:ro").messages("mount-rejected")) == 1


class TestStored:
    def test_a_folder_that_is_not_there(self, mounted):
        planned = mounted("./data/pictures:/pictures", user="33")
        volume = VolumePlan(name="bind-data-pictures-6ba3e15e", kind=VolumeKind.EFS, owner=(33, 33))
        assert planned.plan.volumes == (volume,)
        assert planned["web"].mounts == (MountPlan(volume=volume.name, path="/pictures"),)
        assert planned.messages("mount-stored") == [
            "docker-compose.yml:8:9: services.web.volumes[0]: ./data/pictures does not exist here: "
            "it becomes a folder of Amazon EFS, which starts empty and outlives the tasks; say so "
            "with the named volume bind-data-pictures-6ba3e15e, which is the same folder, or copy "
            "files that are only read by writing :ro"
        ]

    @pytest.mark.parametrize("folder", ["data", "data/pictures", "a b"])
    def test_the_named_volume_that_is_advised_is_the_same_one(self, plan, mounted, folder):
        # GIVEN a folder that became a volume, and what the warning says to write instead
        before = mounted(f"./{folder}:/kept", user="33")
        (message,) = before.messages("mount-stored")
        name = re.search("the named volume ([^,]*),", message)[1]
        # WHEN it is written
        after = plan(f"""
            services:
              web: {{image: shop:1, ports: ["80"], user: "33", volumes: ["{name}:/kept"]}}
            volumes: {{{name}: {{}}}}
            """)
        # THEN the folder is the same, with all that is in it
        assert after.plan.volumes == before.plan.volumes
        assert after["web"].mounts == before["web"].mounts

    def test_long_names_that_begin_alike_are_not_the_same(self, plan):
        planned = plan(f"""
            services:
              web:
                image: shop:1
                ports: ["80"]
                volumes: ["./{"a" * 230}1:/one", "./{"a" * 230}2:/two"]
            """)
        assert len(planned.plan.volumes) == 2

    def test_its_name_is_the_folders_where_it_can_be(self, mounted):
        assert mounted("./media:/media").plan.volumes[0].name == "bind-media"

    @pytest.mark.parametrize("name", [".gitkeep", ".gitignore"])
    def test_a_folder_that_holds_nothing(self, mounted, project, name):
        project.write(f"uploads/{name}", "")
        assert mounted("./uploads:/uploads").plan.volumes[0].name == "bind-uploads"

    @pytest.mark.parametrize(
        ("file", "patterns"),
        [
            (".gitignore", "/data/\n"),
            (".gitignore", "data\n"),
            (".gitignore", "*\n!docker-compose.yml\n"),
            (".gitignore", "# it is\nda?a/*\n"),
            ("data/.gitignore", "*\n!.gitignore\n"),
            ("../.gitignore", "sample/data\n"),
        ],
    )
    def test_a_folder_that_git_ignores(self, mounted, project, file, patterns):
        (project.path.parent / ".git").mkdir()
        project.write(file, patterns)
        project.write("data/1/picture.png", "x")
        planned = mounted("./data:/pictures")
        assert [each.name for each in planned.plan.volumes] == ["bind-data"]

    @pytest.mark.parametrize("patterns", ["", "data/*\n!data/1\n", "/picture.png\n", "other\n"])
    def test_no_folder_with_a_file_that_git_keeps(self, mounted, project, patterns):
        project.write(".gitignore", patterns)
        project.write("data/1/picture.png", "x")
        assert len(mounted("./data:/pictures").messages("mount-writable")) == 1

    @pytest.mark.parametrize(
        ("image", "target"),
        [
            ("postgres:17", "/var/lib/postgresql/data"),
            ("redis:8", "/data"),
            ("docker.io/valkey/valkey:8", "/data"),
            ("mysql:9", "/var/lib/mysql"),
            ("bitnami/postgresql:17", "/bitnami/postgresql"),
            ("grafana/grafana:11.0", "/var/lib/grafana"),
        ],
    )
    def test_where_a_program_keeps_its_data(self, plan, project, image, target):
        project.write("here/file", "of the project")
        planned = plan(f"""
            services:
              web: {{image: nginx:1.29, ports: ["80"]}}
              store: {{image: "{image}", volumes: ["./here:{target}"]}}
            """)
        assert [each.kind for each in planned.plan.volumes] == [VolumeKind.EFS]
        (message,) = planned.messages("mount-stored")
        assert f"./here is mounted where {image} keeps its data" in message

    def test_where_a_dockerfile_says_so(self, built, project):
        project.write("here/file", "of the project")
        planned = built("./here:/srv/up", dockerfile=f"{dedent(DOCKERFILE)}VOLUME /srv/up /x\n")
        assert planned.plan.volumes[0].kind is VolumeKind.EFS

    def test_who_reads_what_another_one_writes_has_the_same_folder(self, plan):
        planned = plan("""
            services:
              web:
                image: nginx:1.29
                ports: ["80"]
                volumes: ["./challenge:/var/www/challenge:ro"]
              certbot: {image: certbot/certbot:v2, volumes: ["./challenge:/var/www/c"]}
            """)
        assert planned["web"].mounts == (
            MountPlan(volume="bind-challenge", path="/var/www/challenge", read_only=True),
        )
        assert planned["certbot"].mounts == (MountPlan(volume="bind-challenge", path="/var/www/c"),)
        assert len(planned.messages("mount-stored")) == 2

    def test_folders_in_each_other_would_share_nothing(self, mounted):
        planned = mounted("./data:/data1", "./data/sub:/data2")
        (message,) = planned.messages("mount-rejected")
        assert "./data/sub is in ./data, which becomes a volume of its own" in message

    def test_a_volume_of_the_same_name_is_another_one(self, plan):
        planned = plan("""
            services:
              web: {image: "x:1", ports: ["80"], volumes: ["./m:/m", "bind-m:/n"]}
            volumes: {bind-m: {}}
            """)
        assert len({each.name for each in planned.plan.volumes}) == 2

    def test_a_store_runs_once(self, plan):
        planned = plan("""
            services:
              web: {image: "x:1", ports: ["80"]}
              db: {image: "postgres:17", volumes: ["./data:/var/lib/postgresql/data"]}
            """)
        assert planned.plan.exclusive.service == "db"


class TestCopied:
    def test_a_small_folder_comes_from_the_task_definition(self, mounted, project):
        project.write("conf/a.conf", "a")
        project.write("conf/more/run.sh", "b").chmod(0o755)
        planned = mounted("./conf:/etc/app:ro")
        assert planned["web"].mounts == (
            MountPlan(volume="web-mount-0", path="/etc/app", read_only=True),
        )
        assert planned.plan.volumes == (VolumePlan(name="web-mount-0", kind=VolumeKind.SCRATCH),)
        assert planned.plan.files == (
            FilePlan(volume="web-mount-0", name="a.conf", content=b"a", mode=0o644),
            FilePlan(volume="web-mount-0", name="more/run.sh", content=b"b", mode=0o755),
        )
        (script,) = planned["files"].command
        assert "mkdir -p /files/web-mount-0/more\n" in script
        assert planned["files"].copies == () == planned["web"].copies
        assert planned.messages("mount-copied") == [
            "docker-compose.yml:8:9: services.web.volumes[0]: what is mounted at /etc/app is "
            "copied to a volume: 2 files, from the task definition; copy it in a Dockerfile to say "
            f"so, or {LOCAL_ONLY} to leave it out"
        ]

    @pytest.mark.parametrize(
        ("image", "target"),
        [
            ("app:1", "/etc/nginx/conf.d"),
            ("app:1", "/usr/share/nginx/html"),
            ("app:1", "/srv/conf.d"),
            ("app:1", "/opt/bitnami/x/conf/y"),
            ("registry/nginx:1.29", "/anything"),
        ],
    )
    def test_a_folder_that_is_only_read_need_not_say_so(self, mounted, project, image, target):
        project.write("conf/a.conf", "a")
        planned = mounted(f"./conf:{target}", image=image)
        assert planned["web"].mounts == (MountPlan(volume="web-mount-0", path=target),)
        (message,) = planned.messages("mount-copied")
        assert "; what the container writes there is lost with the task;" in message

    def test_a_large_folder_comes_from_an_image(self, mounted, project):
        project.write("site/i.html", "x" * 40_000)
        planned = mounted("./site:/usr/share/nginx/html:ro")
        files = planned["files"]
        assert files.role is ContainerRole.FILES
        assert files.image.startswith("public.ecr.aws/docker/library/busybox:")
        assert files.copies == (
            CopyPlan(source=project.path / "site", target="/web-mount-0", is_folder=True),
        )
        assert files.mounts == (MountPlan(volume="web-mount-0", path="/files/web-mount-0"),)
        assert planned.plan.files == ()
        assert [str(each) for each in planned["web"].depends_on[0]] == ["files", "SUCCESS"]
        assert planned.plan.built == (files,)

    def test_configs_come_first_in_the_task_definition(self, plan, project):
        project.write("site/i.html", "x" * 20_000)
        planned = plan("""
            services:
              web:
                image: nginx:1.29
                ports: ["80"]
                volumes: ["./site:/site:ro"]
                configs: [{source: big, target: /big/file}]
            configs: {big: {content: "%s"}}
            """ % ("y" * 20_000))  # fmt: skip
        assert [each.volume for each in planned.plan.files] == ["web-files-1"]
        assert len(planned["files"].copies) == 1

    def test_two_services_share_a_copy(self, plan, project):
        project.write("conf/a", "a")
        planned = plan("""
            services:
              a: {image: "x:1", ports: ["80"], volumes: ["./conf:/conf:ro"]}
              b: {image: "x:1", volumes: ["./conf:/etc/b:ro"]}
            """)
        assert [each.name for each in planned.plan.volumes] == ["a-mount-0"]
        assert len(planned.plan.files) == 1
        assert planned["b"].mounts[0].volume == "a-mount-0"

    def test_a_file_is_added_to_the_image(self, mounted, project):
        project.write("nginx.conf", "events {}")
        project.write("run.sh", "#!/bin/sh").chmod(0o755)
        planned = mounted(
            "./nginx.conf:/etc/nginx/nginx.conf:ro", "./run.sh:/docker-entrypoint.d/run.sh"
        )
        web = planned["web"]
        assert web.image == "app:1"
        assert web.mounts == ()
        assert web.copies == (
            CopyPlan(
                source=project.path / "run.sh", target="/docker-entrypoint.d/run.sh",
                executable=True,
            ),
            CopyPlan(source=project.path / "nginx.conf", target="/etc/nginx/nginx.conf"),
        )  # fmt: skip
        assert planned.plan.built == (web,)
        first, second = sorted(planned.messages("mount-copied"))
        assert "is copied into an image that is built on app:1; copy it" in first
        assert "what the container writes there is lost with the task" in second

    def test_a_file_comes_after_all_that_a_dockerfile_does(self, built, project):
        project.write("local.ini", "x")
        planned = built("./local.ini:/etc/local.ini:ro")
        assert planned["web"].copies[0].target == "/etc/local.ini"
        assert planned["web"].build is not None
        (message,) = planned.messages("mount-copied")
        assert "into the image, after all that the Dockerfile does" in message

    def test_what_is_mounted_in_a_folder_takes_the_place_of_what_it_has(self, mounted, project):
        for name in ("conf/a", "conf/old/x", "conf/old/y", "new/z", "one"):
            project.write(name, name)
        planned = mounted("./one:/conf/a:ro", "./new:/conf/old:ro", "./conf:/conf:ro")
        assert [(each.name, each.content) for each in planned.plan.files] == [
            ("a", b"one"),
            ("old/z", b"new/z"),
        ]
        assert [each.path for each in planned["web"].mounts] == ["/conf"]
        assert len(planned.messages("mount-copied")) == 3

    def test_a_file_in_a_volume_would_be_hidden(self, plan, project):
        project.write("x.yml", "x")
        planned = plan("""
            services:
              web:
                image: nginx:1.29
                ports: ["80"]
                volumes: ["data:/data", "./x.yml:/data/x.yml:ro"]
            volumes: {data: {}}
            """)
        (message,) = planned.messages("mount-rejected")
        assert "/data/x.yml is in the volume at /data, and ECS mounts folders, not files" in message

    CONFIGURED = """
        services:
          web:
            image: nginx:1.29
            ports: ["80"]
            configs: [{{source: main, target: /etc/nginx/nginx.conf}}]
            volumes: [{mounts}]
        configs: {{main: {{content: events}}}}
        """

    def test_a_file_in_the_folder_of_a_config_is_written_beside_it(self, plan, project):
        project.write("site.conf", "server").chmod(0o755)
        planned = plan(self.CONFIGURED.format(mounts='"./site.conf:/etc/nginx/conf.d/site.conf"'))
        volume = planned["web"].mounts[0].volume
        assert planned["web"].mounts == (
            MountPlan(volume=volume, path="/etc/nginx", read_only=True),
        )
        assert planned["web"].copies == ()
        assert [
            (each.volume, each.name, each.content, each.mode) for each in planned.plan.files
        ] == [
            (volume, "nginx.conf", b"events", 0o444),
            (volume, "conf.d/site.conf", b"server", 0o755),
        ]
        (message,) = planned.messages("mount-copied")
        assert "is copied from the task definition into /etc/nginx, which nobody can wr" in message
        assert "lost" not in message

    def test_so_is_one_in_the_folder_of_a_secret(self, plan, project):
        project.write("ca.pem.txt", "x")
        planned = plan("""
            x-serverless-containers: {secrets: files}
            services:
              web:
                image: nginx:1.29
                ports: ["80"]
                secrets: [key]
                volumes: ["./ca.pem.txt:/run/secrets/ca:ro"]
            secrets: {key: {file: ./.secret-key}}
            """)
        assert [each.name for each in planned.plan.files] == ["key", "ca"]

    @pytest.mark.parametrize(
        ("target", "size", "problem"),
        [
            ("/etc/nginx/nginx.conf", 1, "as configs or secrets, and nginx.conf is one; remove"),
            ("/etc/nginx/x", 40_000, "and the task definition has no room for it; put it elsewh"),
        ],
    )
    def test_unless_it_cannot_be(self, plan, project, target, size, problem):
        project.write("x", "x" * size)
        planned = plan(self.CONFIGURED.format(mounts=f'"./x:{target}:ro"'))
        (message,) = planned.messages("mount-rejected")
        assert problem in message
        assert planned.plan is None

    def test_a_file_in_a_volume_in_a_folder_would_be_hidden_too(self, plan, project):
        project.write("conf/a", "a")
        project.write("x", "x")
        planned = plan("""
            services:
              web:
                image: nginx:1.29
                ports: ["80"]
                volumes: ["./conf:/conf:ro", "data:/conf/data/", "./x:/conf/data/x:ro"]
            volumes: {data: {}}
            """)
        (message,) = planned.messages("mount-rejected")
        assert "/conf/data/x is in the volume at /conf/data, and ECS mounts folders" in message

    def test_a_folder_in_a_volume_is_mounted_after_it(self, plan, project):
        project.write("dashboards/x.json", "x")
        planned = plan("""
            services:
              web:
                image: grafana/grafana:11.0
                ports: ["80"]
                volumes:
                  - ./dashboards:/var/lib/grafana/dashboards:ro
                  - data:/var/lib/grafana
            volumes: {data: {}}
            """)
        assert [each.path for each in planned["web"].mounts] == [
            "/var/lib/grafana",
            "/var/lib/grafana/dashboards",
        ]

    @pytest.mark.parametrize(
        ("image", "moves"),
        [
            ("nginx", True),
            ("nginx:latest", True),
            ("registry:5000/nginx:stable-alpine", True),
            ("registry:5000/nginx", True),
            ("nginx:1.29", False),
            ("nginx:stable-alpine3.21", False),
            ("nginx:latest@sha256:" + "0" * 64, False),
        ],
    )
    def test_a_tag_that_moves_is_warned_of_once(self, plan, project, image, moves):
        project.write("a", "a")
        planned = plan(f"""
            services:
              web:
                image: {image}
                ports: ["80"]
                volumes: ["./a:/etc/a:ro", "./a:/etc/b:ro"]
              other: {{image: "{image}", volumes: ["./a:/etc/a:ro"]}}
            """)
        assert len(planned.messages("mount-base-moves")) == moves

    def test_what_no_source_holds_is_left_out_and_told(self, mounted, project):
        project.write("site/i.html", "x")
        project.write("site/.DS_Store", "x")
        project.write("site/node_modules/x", "x")
        planned = mounted("./site:/usr/share/nginx/html:ro")
        assert [each.name for each in planned.plan.files] == ["i.html"]
        (message,) = planned.messages("mount-copied")
        assert "; without .DS_Store, node_modules; copy" in message

    def test_a_mode_that_git_does_not_keep_is_told(self, mounted, project):
        project.write("conf/a.sh", "a").chmod(0o750)
        project.write("conf/b", "b").chmod(0o600)
        planned = mounted("./conf:/etc/app:ro")
        assert [each.mode for each in planned.plan.files] == [0o755, 0o644]
        (message,) = planned.messages("mount-copied")
        assert "; the copy of a.sh and more has mode 0755, not 0750, of which git keeps " in message

    def test_so_is_that_of_a_single_file(self, mounted, project):
        project.write("app.conf", "a").chmod(0o600)
        (message,) = mounted("./app.conf:/etc/app.conf:ro").messages("mount-copied")
        assert "; the copy of the file has mode 0644, not 0600, of which git keeps not" in message

    @pytest.mark.parametrize("mode", [0o444, 0o644, 0o664, 0o777])
    def test_one_that_all_may_read_is_not(self, mounted, project, mode):
        project.write("app.conf", "a").chmod(mode)
        (message,) = mounted("./app.conf:/etc/app.conf:ro").messages("mount-copied")
        assert "has mode" not in message

    def test_a_project_without_builds_is_packed_for_a_pipeline(self, mounted, project):
        project.write("a.conf", "a")
        project.write("id_rsa", "-----BEGIN OPENSSH PRIVATE KEY-----")
        assert mounted("./a.conf:/etc/a.conf:ro").plan.exclusions.left_out == (
            project.path / "id_rsa",
        )
        assert mounted("./data:/data").plan.exclusions.left_out == ()


class TestRefused:
    @pytest.mark.parametrize(
        ("mount", "problem"),
        [
            ("/var/run/docker.sock:/var/run/docker.sock", "leads to a container engine"),
            ("/run/podman/podman.sock:/x.sock:ro", "leads to a container engine"),
            ("/proc:/host/proc:ro", "a task has no host to mount /proc from"),
            ("../other:/x", "a task has no host to mount "),
            ("~/.aws:/root/.aws:ro", "a task has no host to mount "),
            ("./missing:/x:ro", "there is no ./missing, and it would be mounted read-only"),
            ("./app.yml:/x/app.yml", "there is no ./app.yml, and it would be mounted as a file"),
            ("./link:/x:ro", "./link is a symbolic link, or behind one"),
            ("./link/file:/x/y:ro", "./link/file is a symbolic link, or behind one"),
            ("./folder:/x:ro", "./folder holds a symbolic link (inside)"),
            ("./sockets:/x:ro", "./sockets holds a socket (s)"),
            ("./pipe:/x/pipe:ro", "./pipe is a pipe"),
            ("./secrets:/x:ro", "./secrets holds the file of a secret (.secret-key)"),
            ("./node_modules:/x:ro", "./node_modules is never packed, because of the name"),
            ("./empty:/x:ro", "./empty holds no files"),
            ("./real/file:/:ro", "/ cannot be replaced by what is mounted"),
            ("./real/file:/x$$y:ro", "a path holds characters that no path should"),
        ],
    )
    def test_what_cannot_be_copied(self, mounted, project, mount, problem, monkeypatch):
        project.write("real/file", "x")
        (project.path / "link").symlink_to("real")
        (project.path / "folder").mkdir()
        (project.path / "folder/inside").symlink_to("../real/file")
        (project.path / "empty").mkdir()
        project.write("secrets/.secret-key", "x")
        project.write("node_modules/x", "x")
        (project.path / "sockets").mkdir()
        os.mkfifo(project.path / "pipe")
        monkeypatch.chdir(project.path)
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind("sockets/s")
            planned = mounted(mount)
        assert planned.plan is None
        (message,) = planned.messages("mount-rejected")
        assert problem in message
        assert message.startswith("docker-compose.yml:8:9: services.web.volumes[0]: ")

    @pytest.mark.parametrize(
        ("target", "fix"),
        [
            ("/etc/hosts", "name hosts under extra_hosts"),
            ("/etc/./hosts", "name hosts under extra_hosts"),
            ("/etc/hostname", "write hostname, which the containers of the task resolve"),
            ("/etc/resolv.conf", "let the VPC's resolver know the names: dns has no effect in a "
             "task"),
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("source", ["./file", "/etc/hosts"])
    def test_files_that_are_written_for_each_task(self, mounted, project, source, target, fix):
        project.write("file", "x")
        planned = mounted(f"{source}:{target}:ro")
        (message,) = planned.messages("mount-rejected")
        assert message.endswith(
            f"{os.path.normpath(target)} is written for each task, whatever is mounted or in the "
            f"image; {fix}, or {LOCAL_ONLY}"
        )

    @pytest.mark.parametrize("target", ["/proc/x", "/sys", "/sys/fs/cgroup", "/dev/mqueue"])
    def test_folders_of_the_kernel(self, mounted, project, target):
        project.write("conf/file", "x")
        (message,) = mounted(f"./conf:{target}:ro").messages("mount-rejected")
        folder = "/".join(target.split("/")[:2])
        assert f"{folder} is the kernel's in each container" in message

    @pytest.mark.parametrize("target", ["/etc/hosts", "/proc/x"])
    def test_but_not_where_they_are_for_this_machine_alone(self, mounted, target):
        planned = mounted(
            f"{{type: bind, source: ./x, target: {target}, "
            "x-serverless-containers: {local-only: true}}"
        )
        assert planned["web"].mounts == planned["web"].copies == ()

    @pytest.mark.parametrize("target", ["/etc/hosts.d", "/system", "/developer"])
    def test_names_that_begin_alike_are_others(self, mounted, project, target):
        project.write("conf/file", "x")
        assert mounted(f"./conf:{target}:ro").plan is not None

    @pytest.mark.parametrize("name", ["app.db", "data.sqlite3", "acme.json"])
    def test_a_file_that_programs_write_to(self, mounted, project, name):
        project.write(name, "x")
        (message,) = mounted(f"./{name}:/app/{name}").messages("mount-writable")
        assert f"./{name} has the name of a file that programs write to" in message
        assert mounted(f"./{name}:/app/{name}:ro").messages("mount-writable") == []

    def test_files_of_the_project_that_a_container_may_write_to(self, plan, project):
        project.write("src/a.php", "x")
        planned = plan("""
            services:
              web: {image: "php:8-apache", ports: ["80"], volumes: ["./src:/var/www/html"]}
            """)
        assert planned.messages("mount-writable") == [
            "docker-compose.yml:3:57: services.web.volumes[0]: ./src holds files of the project, "
            "and /var/www/html can be written to: what the container writes there would be lost "
            "with each task; write :ro if it is only read, use a named volume if it is data, copy "
            f"it in the Dockerfile if it is the program, or {LOCAL_ONLY}"
        ]

    @pytest.mark.parametrize(
        "target", ["./tls:/etc/nginx/tls:ro", "./tls/server.key:/etc/nginx/server.key:ro"]
    )
    def test_credentials(self, mounted, project, target):
        project.write("tls/server.key", "-----BEGIN PRIVATE KEY-----")
        (message,) = mounted(target).messages("mount-secret")
        assert (
            "is a private key, which would be copied; TLS ends at the ingress, which has a "
            "certificate of its own: let the program speak plain HTTP and remove the mount"
            in message
        )

    def test_a_key_that_is_not_of_a_certificate(self, mounted, project):
        project.write("deploy.pem", "-----BEGIN PRIVATE KEY-----")
        (message,) = mounted("./deploy.pem:/etc/deploy.pem:ro").messages("mount-secret")
        assert "is a private key, which would be copied; make it a secret" in message

    def test_the_variables_that_are_read_here(self, mounted, project):
        project.write(".env", "PASSWORD=x")
        assert len(mounted("./.env:/app/.env:ro").messages("mount-secret")) == 1

    def test_unless_they_are_packed_on_purpose(self, plan, project):
        project.write("tls/server.key", "-----BEGIN PRIVATE KEY-----")
        planned = plan("""
            x-serverless-containers: {pack: [tls/server.key]}
            services:
              web: {image: "nginx:1.29", ports: ["80"], volumes: ["./tls:/etc/tls:ro"]}
            """)
        assert [each.name for each in planned.plan.files] == ["server.key"]

    def test_what_may_be_one_is_a_warning(self, mounted, project):
        project.write("store.p12", "x")
        planned = mounted("./store.p12:/etc/store.p12:ro")
        assert len(planned.messages("credentials-packed")) == 1
        assert planned["web"].copies
        assert planned.plan.exclusions.left_out == ()


@pytest.mark.parametrize("mount", ["./conf:/etc/app:ro", "./conf/pw.txt:/etc/pw:ro"])
@pytest.mark.parametrize("file", ["./conf/pw.txt", "./link"])
def test_the_value_of_a_secret_is_copied_nowhere_whatever_its_file_is_named(
    plan, project, mount, file
):
    project.write("conf/pw.txt", "s3ntinel")
    (project.path / "link").symlink_to("conf/pw.txt")
    planned = plan(f"""
        services:
          web: {{image: "app:1", ports: ["80"], volumes: ["{mount}"], secrets: [db]}}
        secrets: {{db: {{file: {file}}}}}
        """)
    (message,) = planned.messages("mount-rejected")
    assert "the file of a secret" in message
    assert planned.plan is None


def test_what_git_ignores_is_copied_with_a_warning(mounted, project):
    project.write("html/index.html", "x")
    project.write("html/local.html", "x")
    project.write(".gitignore", "local.html\n")
    (message,) = mounted("./html:/usr/share/nginx/html:ro").messages("mount-untracked")
    assert "./html holds local.html, which git ignores" in message
    (message,) = mounted("./html/local.html:/x:ro").messages("mount-untracked")
    assert "./html/local.html is ignored by git" in message
    assert not mounted("./html/index.html:/x:ro").messages("mount-untracked")


def test_what_a_program_has_written_is_no_configuration(mounted, project):
    project.write("html/uploads/a.png", "x")
    project.write(".gitignore", "uploads/\n")
    planned = mounted("./html/uploads:/usr/share/nginx/html/uploads", image="nginx:1.29")
    assert planned.messages("mount-writable") or planned.messages("mount-stored")
    assert not planned.messages("mount-copied")


SHARED = """
    services:
      web:
        image: nginx:1.29
        ports: ["80"]
        volumes: ["./html:/usr/share/nginx/html:ro"{more}]
      app: {{image: "app:1", volumes: ["./html/uploads:/srv/uploads"]}}
    """


def test_a_copy_around_what_another_service_writes_is_refused(plan, project):
    project.write("html/index.html", "x")
    (message,) = plan(SHARED.format(more="")).messages("mount-rejected")
    assert (
        "./html is copied, and ./html/uploads in it becomes a volume: what app writes there would "
        "never be seen here"
    ) in message
    both = SHARED.format(more=', "./html/uploads:/usr/share/nginx/html/uploads"')
    planned = plan(both)
    assert not planned.messages("mount-rejected")
    web, app = planned["web"], planned["app"]
    (shared,) = {each.volume for each in web.mounts} & {each.volume for each in app.mounts}
    assert shared.startswith("bind-html-uploads")


@pytest.mark.parametrize(
    ("file", "patterns", "found"),
    [
        (".gitignore", "conf/*.db\n", "conf/*.db"),
        (".gitignore", "/conf/cache/\n", "conf/cache"),
        ("conf/.gitignore", "*.db\n!keep.db\n", "*.db"),
        (".gitignore", "*.db\nother/x\n!conf/x\nconf2/x\n", None),
    ],
)
def test_a_folder_of_configuration_that_a_program_seems_to_write(
    mounted, project, file, patterns, found
):
    project.write("conf/site.conf", "x")
    project.write(file, patterns)
    messages = mounted("./conf:/etc/app").messages("mount-changed")
    assert bool(messages) is (found is not None)
    assert found is None or f"./conf is copied, and .gitignore names {found} in it" in messages[0]
    assert mounted("./conf:/etc/app:ro").messages("mount-changed") == []
