"""What is said of credentials in what is packed."""

import os
from types import SimpleNamespace

import pytest

from serverless_containers.findings import Findings
from serverless_containers.findings.excerpt import SourceText
from serverless_containers.plan import PlanOptions
from serverless_containers.plan.build_context import check, credentials
from serverless_containers.plan.source import plan_source
from tests.unit.plan.build_context.conftest import COMPOSE, KEY


def test_the_messages_say_what_to_do(app, found):
    app.write("id_rsa", "s3ntinel")
    app.write("certs/x.pem", KEY)
    app.write(".npmrc", "_authToken=s3ntinel")
    app.write(".git/HEAD", "x")
    assert found() == [
        (
            "not-packed",
            ".git:1:1: it is the history of git, which is left out of what is packed; list it in "
            ".dockerignore to say so yourself",
        ),
        (
            "credentials-packed",
            ".npmrc:1:1: it is a login to an npm registry, which is packed, and so leaves this "
            "machine; move it out of the folder, list it in .dockerignore, or, if a build needs "
            "it, write x-serverless-containers: {pack: [.npmrc]}",
        ),
        (
            "credentials-left-out",
            "certs/x.pem:1:1: it is a private key, which is left out of what is packed; move it "
            "out of the folder, list it in .dockerignore, or, if a build needs it, write "
            "x-serverless-containers: {pack: [certs/x.pem]}",
        ),
        (
            "credentials-left-out",
            "id_rsa:1:1: it is a private key of SSH, which is left out of what is packed; move it "
            "out of the folder, list it in .dockerignore, or, if a build needs it, write "
            "x-serverless-containers: {pack: [id_rsa]}",
        ),
    ]


@pytest.mark.parametrize("name", ["id_rsa", ".npmrc", ".git/HEAD", ".env"])
def test_an_ignore_file_ends_it(app, found, name):
    app.write(name, "x_authToken=s3ntinel")
    assert found() != []
    app.write(".dockerignore", name.split("/")[0])
    assert found() == []


def test_so_does_asking_for_it(app, found):
    app.write("certs/x.pem", KEY)
    app.write(".npmrc", "_authToken=s3ntinel")
    app.compose("x-serverless-containers: {pack: [certs, .npmrc]}\n" + COMPOSE)
    assert found() == []


@pytest.mark.parametrize("rule", ["credentials-packed", "credentials-left-out", "not-packed"])
def test_it_can_be_suppressed_with_a_reason(app, found, rule):
    app.write("id_rsa", "s3ntinel")
    app.write(".netrc", "s3ntinel")
    app.write(".git/HEAD", "x")
    app.compose(
        f"x-serverless-containers: {{suppress: [{{rule: {rule}, reason: of a test}}]}}\n" + COMPOSE
    )
    assert rule not in [code for code, _ in found()]
    # What is left out stays out.
    left_out = {each.name for each in found.plan.exclusions.left_out}
    assert left_out == {"id_rsa", ".git"}


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("x.pem", "1:33: x-serverless-containers.pack: expected a list"),
        ("[1]", "1:34: x-serverless-containers.pack[0]: expected a path, got 1"),
        ("[' ']", "1:34: x-serverless-containers.pack[0]: expected a path, got ' '"),
        ("[[a]]", "1:34: x-serverless-containers.pack[0]: expected a path, got a list"),
        ("[.]", "1:34: x-serverless-containers.pack[0]: expected a file or a folder in the pro"),
        ("[a, ..]", "1:37: x-serverless-containers.pack[1]: expected a file or a folder in"),
        ("[.git]", "1:34: x-serverless-containers.pack[0]: '.git' is never packed; hand what"),
        ("[a/.secret-x]", "1:34: x-serverless-containers.pack[0]: 'a/.secret-x' is never pa"),
        ('["a\\0b"]', "1:34: x-serverless-containers.pack[0]: expected a path, got 'a\\x00b'"),
    ],
)
def test_what_cannot_be_asked_for(app, found, setting, message):
    app.compose(f"x-serverless-containers: {{pack: {setting}}}\n" + COMPOSE)
    ((code, text),) = found()
    assert code == "setting-invalid"
    assert text.startswith(f"docker-compose.yml:{message}")


@pytest.mark.parametrize(
    ("line", "column", "name"),
    [
        ("COPY id_rsa /root/.ssh/", 6, "id_rsa"),
        ("COPY package.json id_rsa ./", 19, "id_rsa"),
        ("copy --chown=1:1 ./id_rsa /", 18, "id_rsa"),
        ("ADD /id_rsa /", 5, "id_rsa"),
        ('COPY ["id_rsa", "/"]', 6, "id_rsa"),
        ("COPY 'id_rsa' /", 6, "id_rsa"),
        ("COPY $KEY /", 6, "id_rsa"),
        ("COPY certs/*.pem /certs/", 6, "certs/x.pem"),
        ("COPY id_r?a /", 6, "id_rsa"),
        ("COPY .aws/credentials /root/", 6, ".aws/credentials"),
        ("COPY .ssh /root/.ssh", 6, ".ssh"),
        ("COPY .ssh/config /root/", 6, ".ssh"),
        ("COPY .git/HEAD /", 6, ".git"),
        ("COPY .env ./", 6, ".env"),
        ("RUN --mount=type=bind,source=id_rsa,target=/k cat /k", 5, "id_rsa"),
    ],
)
def test_what_a_dockerfile_names_and_would_not_find_is_an_error(app, found, line, column, name):
    app.write("Dockerfile", f"FROM scratch\nARG KEY=id_rsa\n{line}\n")
    for file in ("id_rsa", ".aws/credentials", ".ssh/config", ".git/HEAD", ".env", "package.json"):
        app.write(file, "A=1")
    app.write("certs/x.pem", KEY)
    (text,) = [text for code, text in found() if code == "credentials-copied"]
    assert text.startswith(f"Dockerfile:3:{column}: {line.split()[0].upper()}: {name} is ")
    assert "is left out of what is packed: this build would not find it; " in text
    way_out = "with args" if name == ".git" else f"{{pack: [{name}]}} in the Compose file"
    assert text.endswith(way_out)


@pytest.mark.parametrize(
    "line",
    ["COPY . .", "COPY * ./", "COPY certs /certs", "COPY id_rsa.pub /", "COPY deep/id_rsa /",
     "COPY --from=other id_rsa /", "COPY --from=nginx /id_rsa /", "COPY $UNSET /",
     "ADD https://example.org/id_rsa /", "COPY <<id_rsa /x\nCOPY id_rsa /\nid_rsa",
     "RUN cat id_rsa", "RUN --mount=type=cache,source=id_rsa,target=/x true",
     "RUN --mount=from=other,source=id_rsa,target=/x true", "COPY x id_rsa"],
)  # fmt: skip
def test_what_it_does_not_name_is_none(app, found, line):
    app.write("Dockerfile", f"FROM scratch AS other\nFROM scratch\n{line}\n")
    app.write("id_rsa", "s3ntinel")
    app.write("certs/x.pem", KEY)
    assert "credentials-copied" not in [code for code, _ in found()]


def test_every_stage_that_is_built_counts_and_no_other(app, found):
    app.write("id_rsa", "s3ntinel")
    app.write(
        "Dockerfile",
        """\
FROM scratch AS base
COPY id_rsa /1
FROM base AS tools
COPY id_rsa /2
FROM scratch AS idle
COPY id_rsa /3
FROM scratch AS mounted
COPY id_rsa /4
FROM scratch
COPY --from=tools /x /
RUN --mount=from=mounted,target=/m true
""",
    )
    lines = [text.split(":")[1] for code, text in found() if code == "credentials-copied"]
    assert lines == ["2", "4", "8"]


def test_what_is_asked_for_may_be_copied(app, found):
    app.write("Dockerfile", "FROM scratch\nCOPY id_rsa /\n")
    app.write("id_rsa", "s3ntinel")
    app.compose("x-serverless-containers: {pack: [id_rsa]}\n" + COMPOSE)
    assert found() == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        (".npmrc", "not-packed"),
        (".env.production", "not-packed"),
        ("id_rsa", "credentials-left-out"),
        (".env", "credentials-left-out"),
    ],
)
def test_what_no_build_reads_is_no_part_of_a_source(app, rules_at, found, name, code):
    app.compose("services: {web: {build: web, ports: ['80']}}\n")
    app.write("web/Dockerfile", "FROM scratch\n")
    app.write(name, "_authToken=x")
    assert rules_at(name) == [code]
    assert [each.name for each in found.plan.exclusions.left_out] == [name]


@pytest.mark.parametrize("text", ["id_rsa", "id_*\n", ".env\nid_rsa"])
def test_the_ignore_file_of_the_project_is_heard_where_mounts_alone_are_packed(
    app, rules_at, found, text
):
    app.compose(
        "services: {web: {image: 'nginx:1', ports: ['80'], volumes: ['./a.conf:/a.conf:ro']}}\n"
    )
    app.write("a.conf", "x")
    app.write("id_rsa", "x")
    assert rules_at("id_rsa") == ["credentials-left-out"]
    app.write(".dockerignore", text)
    assert rules_at("id_rsa") == []
    assert [each.name for each in found.plan.exclusions.left_out] == ["id_rsa"]


def test_a_context_elsewhere_is_walked_too(app, found):
    app.compose("services: {web: {build: ../web, ports: ['80']}}\n")
    app.write("../web/Dockerfile", "FROM scratch\n")
    app.write("../web/id_rsa", "x")
    assert [(code, text.split(":")[0]) for code, text in found()] == [
        ("credentials-left-out", "../web/id_rsa"),
        ("build-outside-folder", "docker-compose.yml"),
    ]
    assert found.plan.exclusions.inside(str(app.path.parent / "web")) == ("id_rsa",)
    assert found.plan.exclusions.below(app.path) == ()


def test_a_file_that_one_of_two_builds_reads_is_read(app, rules_at):
    app.compose(
        "services:\n  web: {build: ., ports: ['80']}\n"
        "  other: {build: {context: ., dockerfile: Other}}\n"
    )
    app.write("Other", "FROM scratch\n")
    app.write(".netrc", "x")
    app.write("Other.dockerignore", ".netrc")
    assert rules_at(".netrc") == ["credentials-packed"]
    app.write("Dockerfile.dockerignore", ".netrc")
    assert rules_at(".netrc") == []


def test_an_exception_below_an_ignored_folder_is_found(app, rules_at):
    app.write(".dockerignore", "*\n!conf/deep/.netrc\n")
    app.write("conf/deep/.netrc", "x")
    assert rules_at("conf/deep/.netrc") == ["credentials-packed"]


def test_a_project_that_builds_nothing_packs_nothing(app, found):
    app.compose("services: {web: {image: nginx, ports: ['80']}}\n")
    app.write("id_rsa", "x")
    assert found() == []


def test_nothing_in_the_history_of_git_is_looked_at(app, found):
    app.compose("services: {web: {image: nginx, ports: ['80']}}\n")
    app.write(".git/HEAD", "x")
    (app.path / ".git" / "link").symlink_to("/etc/passwd")
    assert found() == []


def test_installed_packages_are_one_finding(app, found):
    for index in range(5):
        app.write(f"web/node_modules/p{index}/test/key.pem", KEY)
    app.write("web/node_modules/p/id_rsa", "x")
    assert found() == [
        (
            "credentials-left-out",
            "web/node_modules:1:1: files in this folder of installed packages look like "
            "credentials, and are left out of what is packed: p/id_rsa; list the folder in "
            ".dockerignore, and install the packages in the Dockerfile",
        ),
        (
            "credentials-packed",
            "web/node_modules:1:1: files in this folder of installed packages look like "
            "credentials, and are packed: p0/test/key.pem, p1/test/key.pem, p2/test/key.pem and 2 "
            "more; list the folder in .dockerignore, and install the packages in the Dockerfile",
        ),
    ]


def test_a_pipe_is_not_waited_for(app, found):
    os.mkfifo(app.path / "x.pem")
    assert found() == []


def test_what_cannot_be_read_is_taken_for_a_credential(app, rules_at, monkeypatch):
    app.write("x.pem", "s3ntinel")

    def refuse(*_arguments):
        raise PermissionError

    monkeypatch.setattr(credentials, "os", SimpleNamespace(**{**vars(os), "open": refuse}))
    assert rules_at("x.pem") == ["credentials-left-out"]


def test_no_line_of_such_a_file_is_shown(app, tmp_path):
    (tmp_path / ".npmrc").write_text("//registry/x: s3ntinel")
    app.write("id_rsa", "s3ntinel")
    app.write(".netrc", "s3ntinel")
    (app.path / "link").symlink_to(tmp_path / ".npmrc")
    (app.path / "secret").symlink_to("../.secret-x")
    findings = Findings()
    plan_source(app.path, PlanOptions(), findings)
    shown = {each.rule.code: SourceText(b"s3ntinel\n").excerpt(each) for each in findings}
    assert shown == dict.fromkeys(
        ["credentials-left-out", "credentials-packed", "link-outside", "secret-file-place"]
    )


def test_the_work_grows_with_the_files_alone(app, monkeypatch):
    # GIVEN many files in contexts that lie in each other, and few that only their beginning tells
    app.compose(
        "services:\n  web: {build: ., ports: ['80']}\n  a: {build: ./a}\n  b: {build: ./a/b}\n"
    )
    for folder in ("a", "a/b", "a/b/c"):
        app.write(f"{folder}/Dockerfile", "FROM scratch\n")
        app.write(f"{folder}/x.pem", KEY)
        for index in range(50):
            app.write(f"{folder}/{index}.js", "x")
    counts = {"scandir": 0, "open": 0}
    scandir, open_ = os.scandir, os.open

    def counted(name, function):
        def call(*arguments):
            counts[name] += 1
            return function(*arguments)

        return call

    monkeypatch.setattr(check.walk.__globals__["os"], "scandir", counted("scandir", scandir))
    opening = SimpleNamespace(**{**vars(os), "open": counted("open", open_)})
    monkeypatch.setattr(credentials, "os", opening)
    plan_source(app.path, PlanOptions(), Findings())
    # THEN each folder is listed once, and only those few are opened
    assert counts == {"scandir": 4, "open": 3}


@pytest.mark.parametrize(
    "build", ['"a\\0b"', '{context: ., additional_contexts: {x: "a\\0b"}}', '"[a"', "nowhere"]
)
def test_a_context_of_any_name_has_an_answer(app, found, build):
    app.compose(f"services: {{web: {{build: {build}, ports: ['80']}}}}\n")
    app.write("id_rsa", "x")
    assert "credentials-left-out" in [code for code, _ in found()]


@pytest.mark.parametrize(
    ("build", "path"),
    [
        ("./web", "services.web.build.context"),
        ("{context: web/deep}", "services.web.build.context"),
        ("{context: ., additional_contexts: {x: web}}", "additional_contexts.x"),
    ],
)
def test_a_folder_to_build_that_is_a_link_out_of_the_project_is_refused(app, found, build, path):
    elsewhere = app.path.parent / "elsewhere" / "deep"
    elsewhere.mkdir(parents=True)
    for folder in (elsewhere, elsewhere.parent):
        (folder / "Dockerfile").write_text("FROM scratch\nEXPOSE 80\n")
    (app.path / "web").symlink_to("../elsewhere")
    app.compose(f"services: {{web: {{build: {build}, ports: ['80']}}}}\n")
    (message,) = [text for code, text in found() if code == "link-out-of-project"]
    assert f"{path}: web" in message
    assert "that leads out of the project, and what is packed holds the link alone" in message


@pytest.mark.parametrize("context", ["inside", "../elsewhere"])
def test_a_folder_that_says_where_it_is_is_not(app, found, context):
    (app.path.parent / "elsewhere").mkdir()
    (app.path / "real").mkdir()
    for folder in (app.path.parent / "elsewhere", app.path / "real"):
        (folder / "Dockerfile").write_text("FROM scratch\nEXPOSE 80\n")
    (app.path / "inside").symlink_to("real")
    app.compose(f"services: {{web: {{build: {context}, ports: ['80']}}}}\n")
    assert "link-out-of-project" not in {code for code, _ in found()}


def test_the_root_of_the_machine_is_no_context(app, found, monkeypatch):
    def nothing(*_):
        raise AssertionError("walked")

    monkeypatch.setattr(check, "walk", nothing)
    app.compose(
        "services: {web: {build: {context: /, dockerfile_inline: FROM x}, ports: ['80']}}\n"
    )
    assert found() == [
        (
            "build-context-size",
            "docker-compose.yml:1:35: services.web.build.context: the context is the root folder "
            "of this machine, with all that is in it; name the folder of the project that the "
            "image is built from",
        ),
        (
            "build-needs-pipeline",
            "docker-compose.yml:1:57: services.web.build.dockerfile_inline: dockerfile_inline "
            "cannot be handed to the build of an image asset: synthesis refuses it where Docker "
            "builds, and no pipeline does; have a pipeline build it "
            "(images=BuildPipeline.managed()), or build the image elsewhere, and name it",
        ),
    ]


def test_no_more_is_looked_at_than_a_project_holds(app, found, monkeypatch):
    monkeypatch.setattr(check, "MOST_ENTRIES", 20)
    for number in range(18):
        app.write(f"files/{number}", "")
    assert [code for code, _ in found()] == ["build-context-size"]
    app.write(".dockerignore", "files")
    assert [code for code, _ in found()] == ["build-context-size"]
    monkeypatch.setattr(check, "MOST_ENTRIES", 22)
    assert found() == []


def test_without_a_build_little_is_looked_at(app, found, monkeypatch):
    monkeypatch.setattr(check, "MOST_ENTRIES_UNBUILT", 20)
    for number in range(30):
        app.write(f"files/{number}", "")
        (app.path / f"files/link-{number}").symlink_to("/etc/hosts")
    app.compose("services: {web: {image: nginx, ports: ['80']}}\n")
    codes = [code for code, _ in found()]
    assert set(codes) == {"link-outside"}
    assert len(codes) <= 20
