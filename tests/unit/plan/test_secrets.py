"""What secrets are called, where they are kept, and which of them are refused."""

import pytest

from serverless_containers.plan.secrets.model import SecretStore

USING = "services: {web: {image: nginx, ports: ['80'], secrets: [KEY]}}\n"
"""KEY stands on line 3, from column 3."""


@pytest.fixture
def secret(plan):
    """Plan a file whose only secret, KEY, is defined by the given YAML."""

    def _secret(definition, **options):
        return plan(f"name: shop\n{USING}secrets: {{KEY: {definition}}}\n", **options)

    return _secret


@pytest.mark.parametrize(
    ("definition", "environment", "name", "store"),
    [
        ("{file: ../s/.secret-k}", None, "shop/KEY", "secrets-manager"),
        ("{file: ../s/.secret-k}", "dev", "shop/dev/KEY", "secrets-manager"),
        ("{file: ../s/.secret-k, name: shared/key}", "dev", "shared/key", "secrets-manager"),
        ("{environment: KEY}", "dev", "shop/dev/KEY", "secrets-manager"),
        (
            "{file: ../s/.secret-k, x-serverless-containers: {store: parameter-store}}",
            "dev", "/shop/dev/KEY", "parameter-store",
        ),
        ("{external: true}", "dev", "KEY", "secrets-manager"),
        ("{external: true, name: rds/main}", "dev", "rds/main", "secrets-manager"),
        (
            "{external: true, name: 'arn:aws:ssm:us-east-1:123456789012:parameter/a/b'}",
            "dev", "arn:aws:ssm:us-east-1:123456789012:parameter/a/b", "parameter-store",
        ),
        (
            "{external: true, name: /a/b, x-serverless-containers: {store: parameter-store}}",
            None, "/a/b", "parameter-store",
        ),
    ],
)  # fmt: skip
def test_its_name_and_its_store(secret, definition, environment, name, store):
    planned = secret(definition, environment=environment)
    found = planned.plan.secrets["KEY"]
    assert (found.name, found.store) == (name, SecretStore(store))
    assert found.external == ("external" in definition)


def test_a_json_key(secret):
    planned = secret("{external: true, x-serverless-containers: {json-key: password}}")
    assert planned.plan.secrets["KEY"].json_key == "password"


def test_only_secrets_that_a_service_reads_are_planned(plan):
    planned = plan(
        USING + "secrets: {KEY: {file: ../.secret-a}, OTHER: {file: inside/no-prefix}}\n"
    )
    assert list(planned.plan.secrets) == ["KEY"]
    assert planned.messages("secret-file-name") == []


def test_the_plan_is_the_same_whether_the_files_are_there_or_not(secret, project):
    without = secret("{file: ../secrets/.secret-key}").plan
    folder = project.path.parent / "secrets"
    folder.mkdir()
    (folder / ".secret-key").write_text("s3cr3t")
    assert secret("{file: ../secrets/.secret-key}").plan == without


@pytest.mark.parametrize(
    ("definition", "code", "message"),
    [
        (
            "{file: ../key.txt}",
            "secret-file-name",
            "docker-compose.yml:3:23: secrets.KEY.file: expected a file whose name starts with "
            ".secret-, which git ignores, got 'key.txt'; it is left out of what is packed by its "
            "path; rename it, for instance to .secret-key.txt",
        ),
        (
            "{file: .secret-k}",
            "secret-file-in-project",
            "docker-compose.yml:3:23: secrets.KEY.file: .secret-k is in the project folder; it is "
            "left out of what a pipeline packs by its path, and has to be kept out of version "
            "control; keep it outside, for instance in ../secrets/.secret-k",
        ),
        (
            "{file: ../sample/deep/.secret-k}",
            "secret-file-in-project",
            "docker-compose.yml:3:23: secrets.KEY.file: .secret-k is in the project folder; it is "
            "left out of what a pipeline packs by its path, and has to be kept out of version "
            "control; keep it outside, for instance in ../secrets/.secret-k",
        ),
        (
            "{file: ../.secret-k, name: 'a b'}",
            "secret-name-invalid",
            "docker-compose.yml:3:43: secrets.KEY.name: expected letters, digits and /_+=.@-, at "
            "most 512, got 'a b'; give it another name",
        ),
        (
            "{external: true, name: /aws/x, x-serverless-containers: {store: parameter-store}}",
            "secret-name-invalid",
            "docker-compose.yml:3:39: secrets.KEY.name: expected letters, digits, _.- and at most "
            "fifteen levels that start with /, not with aws or ssm, got '/aws/x'; give it another "
            "name",
        ),
        (
            "{external: true, name: 'arn:aws:secretsmanager:us-east-1:1:secret:x'}",
            "secret-name-invalid",
            "docker-compose.yml:3:39: secrets.KEY.name: expected the ARN of a secret, got "
            "'arn:aws:secretsmanager:us-east-1:1:secret:x'; write the whole ARN and nothing behind "
            "it; a key of its JSON is json-key",
        ),
        (
            "{file: ../.secret-k, name: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:x'}",
            "secret-name-invalid",
            "docker-compose.yml:3:43: secrets.KEY.name: a secret that is pushed has a name; remove "
            "the ARN",
        ),
        (
            "{external: true, name: 'arn:aws:secretsmanager:*:123456789012:secret:*'}",
            "secret-name-invalid",
            "docker-compose.yml:3:39: secrets.KEY.name: expected the ARN of a secret, got "
            "'arn:aws:secretsmanager:*:123456789012:secret:*'; write the whole ARN and nothing "
            "behind it; a key of its JSON is json-key",
        ),
        (
            "{file: ../.secret-k, external: true}",
            "secret-file-unused",
            "docker-compose.yml:3:23: secrets.KEY.file: KEY is external: it exists already, and no "
            "value is taken from the file; remove external, or the file",
        ),
        (
            "{file: ../.secret-k, name: ours}",
            "secret-name-shared",
            "docker-compose.yml:3:43: secrets.KEY.name: ours is not named after shop: it gets no "
            "policy of its own, and a deployment does not miss it at once; remove name, or push it "
            "once and make it external for the others",
        ),
        (
            "{external: true, name: db-abc123}",
            "secret-name",
            "docker-compose.yml:3:39: secrets.KEY.name: the name 'db-abc123' ends as the ARNs of "
            "secrets do, and may find another secret; give it another name",
        ),
        (
            "{file: ../.secret-k, x-serverless-containers: {json-key: a}}",
            "secret-json-key",
            "docker-compose.yml:3:73: secrets.KEY.x-serverless-containers.json-key: a secret of "
            "its own holds one value; give each value a file and a secret",
        ),
        (
            "{external: true, x-serverless-containers: {store: parameter-store, json-key: a}}",
            "secret-json-key",
            "docker-compose.yml:3:93: secrets.KEY.x-serverless-containers.json-key: a parameter "
            "holds one value, and has no keys; give each value a file and a secret",
        ),
        (
            "{external: true, x-serverless-containers: {json-key: 'a:b'}}",
            "secret-json-key",
            "docker-compose.yml:3:69: secrets.KEY.x-serverless-containers.json-key: expected a key "
            "without a colon, which ECS separates it by, got 'a:b'; rename the key",
        ),
        (
            "{external: true, x-serverless-containers: {store: vault}}",
            "setting-invalid",
            "docker-compose.yml:3:66: secrets.KEY.x-serverless-containers.store: expected "
            "secrets-manager or parameter-store, got 'vault'",
        ),
        (
            "{external: true, x-serverless-containers: {multi-line: true}}",
            "setting-invalid",
            "docker-compose.yml:3:59: secrets.KEY.x-serverless-containers.multi-line: there is no "
            "setting of this name; the settings are store, json-key, multiline; did you mean "
            "'multiline'?",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(secret, definition, code, message):
    assert secret(definition).messages(code) == [message]


@pytest.mark.parametrize(
    ("name", "store", "fits"),
    [
        ("n" * 512, "secrets-manager", True),
        ("n" * 513, "secrets-manager", False),
        ("/n" * 15, "parameter-store", True),
        ("/n" * 16, "parameter-store", False),
        ("n" * 1011, "parameter-store", True),
        ("n" * 1012, "parameter-store", False),
    ],
)
def test_how_long_a_name_may_be(secret, name, store, fits):
    planned = secret(
        f"{{external: true, name: {name}, x-serverless-containers: {{store: {store}}}}}"
    )
    assert (planned.messages("secret-name-invalid") == []) == fits


def test_a_file_in_another_build_context_is_refused(plan, project):
    project.write("../web/Dockerfile", "FROM scratch\nEXPOSE 80\n")
    planned = plan("""
        services: {web: {build: ../web, secrets: [KEY]}}
        secrets: {KEY: {file: ../web/conf/.secret-key}}
        """)
    (message,) = planned.messages("secret-file-place")
    assert ".secret-key is in the folder web, which is that of a build" in message


@pytest.mark.parametrize(
    ("context", "file", "suggested"),
    [
        ("..", ".secret-key", "../../secrets/.secret-key"),
        ("..", "../conf/.secret-key", "../../secrets/.secret-key"),
        ("../..", ".secret-key", "../../../secrets/.secret-key"),
        ("../secrets", ".secret-key", None),
    ],
)
def test_the_way_out_leads_beside_whatever_is_packed(plan, project, context, file, suggested):
    # GIVEN a Compose file in a folder below the one that is packed
    project.write(f"{context}/Dockerfile", "FROM scratch\nEXPOSE 80\n")
    planned = plan(f"""
        services: {{web: {{build: {context}, secrets: [KEY]}}}}
        secrets: {{KEY: {{file: {file}}}}}
        """)
    code = "secret-file-place" if context in {"..", "../.."} else "secret-file-in-project"
    (message,) = planned.messages(code)
    # THEN what is named leads to no such error again
    if suggested is None:
        assert message.endswith("keep it outside")
    else:
        assert message.endswith(f"keep it outside, for instance in {suggested}")


@pytest.mark.parametrize("name", ["", "a/b", "../x", "*", "-a", "a#1", "${aws:x}", "x" * 65])
def test_the_name_of_an_environment_is_plain(secret, name):
    (message,) = secret("{external: true}", environment=name).messages("environment-name")
    assert message.startswith("environment: expected letters, digits and _.- after a letter")


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_link_to_a_secret_in_the_source_is_an_error(secret, project, kind):
    folder = project.path.parent / "secrets" / ".secret-folder"
    folder.mkdir(parents=True)
    (folder / ".secret-key").write_text("s3ntinel")
    (project.path / "web").mkdir()
    link = project.path / "web" / "link"
    link.symlink_to(folder / ".secret-key" if kind == "file" else folder)
    planned = secret("{file: ../secrets/.secret-folder/.secret-key}")
    assert planned.messages("secret-file-place") == [
        "web/link:1:1: it is a symbolic link to the file of a secret, in a folder that is packed; "
        "remove it"
    ]


def test_another_link_out_of_the_source_is_left_out_with_a_warning(secret, project):
    (project.path.parent / "notes").write_text("x")
    (project.path / "notes").symlink_to("../notes")
    (project.path / "inside").symlink_to("docker-compose.yml")
    (project.path / "node_modules").mkdir()
    (project.path / "node_modules" / "tool").symlink_to("/usr/bin/env")
    assert secret("{external: true}").messages("link-outside") == [
        "notes:1:1: it is a symbolic link that leads out of the folder, and is left out; copy what "
        "it leads to into the folder"
    ]


def test_a_folder_that_is_a_link_into_the_source_is_seen_through(plan, project):
    (project.path / "inside").mkdir()
    (project.path.parent / "secrets").symlink_to(project.path / "inside")
    planned = plan(USING + "secrets: {KEY: {file: ../secrets/.secret-key}}")
    assert len(planned.messages("secret-file-in-project")) == 1


def test_two_secrets_of_one_name_are_refused(plan):
    planned = plan("""
        services: {web: {image: nginx, ports: ['80'], secrets: [A, B]}}
        secrets:
          A: {file: ../.secret-a, name: same}
          B: {file: ../.secret-b, name: same}
        """)
    assert planned.messages("secret-name-taken") == [
        "docker-compose.yml:5:13: secrets.B: B has the name 'same', which is that of A; "
        "give each a name of its own"
    ]


def test_external_secrets_may_share_one(plan):
    planned = plan("""
        services: {web: {image: nginx, ports: ['80'], secrets: [A, B]}}
        secrets:
          A: {external: true, name: db, x-serverless-containers: {json-key: user}}
          B: {external: true, name: db, x-serverless-containers: {json-key: password}}
        """)
    assert planned.errors == []


def test_a_file_of_another_name_outside_is_left_out_by_its_path(plan, project):
    project.write("Dockerfile", "FROM scratch")
    planned = plan("""
        services: {web: {build: ., ports: ['80'], secrets: [A]}}
        secrets: {A: {file: ../keys/password.txt}}
        """)
    assert planned.plan.secrets["A"].file.name == "password.txt"
    assert planned.plan.exclusions.left_out == (project.path.parent / "keys/password.txt",)
    assert len(planned.messages("secret-file-name")) == 1


@pytest.mark.parametrize("context", [".", "web"])
def test_a_file_in_what_is_built_is_an_error_whatever_its_name(plan, project, context):
    project.write(f"{context}/Dockerfile", "FROM scratch")
    planned = plan(f"""
        services: {{web: {{build: {context}, ports: ['80'], secrets: [A]}}}}
        secrets: {{A: {{file: web/password.txt}}}}
        """)
    assert planned.plan is None
    assert len(planned.messages("secret-file-place")) == 1
    assert not planned.messages("secret-file-in-project")


def test_a_file_beside_what_is_built_is_left_out_by_its_path(plan, project):
    project.write("web/Dockerfile", "FROM scratch")
    planned = plan("""
        services: {web: {build: web, ports: ['80'], secrets: [A]}}
        secrets: {A: {file: db/password.txt}}
        """)
    assert planned.plan.exclusions.left_out == (project.path / "db/password.txt",)
    assert planned.plan.exclusions.below(project.path) == ("db/password.txt",)
    assert len(planned.messages("secret-file-in-project")) == 1


def test_no_config_has_the_content_of_a_secret(plan, project):
    project.write("../keys/password.txt", "s3ntinel")
    planned = plan("""
        services:
          web: {image: x, ports: ['80'], secrets: [A], configs: [{source: B, target: /c/d}]}
        secrets: {A: {file: ../keys/password.txt}}
        configs: {B: {file: ../keys/password.txt}}
        """)
    assert planned.plan is None
    assert "is the file of a secret, and a config is in the template" in str(planned.errors)


def test_a_link_to_the_file_of_a_secret_is_an_error(plan, project):
    project.write("Dockerfile", "FROM scratch")
    (project.path.parent / "keys").mkdir()
    (project.path / "link").symlink_to("../keys/password.txt")
    planned = plan("""
        services: {web: {build: ., ports: ['80'], secrets: [A]}}
        secrets: {A: {file: ../keys/password.txt}}
        """)
    (message,) = planned.messages("secret-file-place")
    assert message.startswith("link:1:1: it is a symbolic link to the file of a secret")


def test_all_that_is_wrong_is_told_at_once(plan):
    planned = plan("""
        services: {web: {image: nginx, ports: ['80'], secrets: [A, B]}}
        secrets: {A: {file: a}, B: {file: b, name: 'x y'}}
        """)
    codes = sorted(code for code, _ in planned.findings)
    assert codes == [
        "secret-file-in-project", "secret-file-in-project", "secret-file-name", "secret-file-name",
        "secret-name-invalid", "secret-name-shared",
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["variables", "files"])
def test_owner_and_mode_mean_something_to_files_alone(plan, form):
    planned = plan(f"""
        x-serverless-containers: {{secrets: {form}}}
        services:
          web:
            image: nginx
            ports: ['80']
            secrets: [{{source: KEY, uid: '7', mode: 0400}}]
        secrets: {{KEY: {{external: true}}}}
        """)
    expected = [
        "docker-compose.yml:7:34: services.web.secrets[0].uid: KEY is injected as a variable, "
        "which has no uid or mode; remove it, or write x-serverless-containers: "
        "{secrets: files} at the top of the file"
    ]
    assert planned.messages("secret-attributes") == (expected if form == "variables" else [])


@pytest.mark.parametrize(
    ("top", "service", "place"),
    [
        ("", "env_file: ../.secret-key", "services.web.env_file[0]"),
        ("", "env_file: ../link", "services.web.env_file[0]"),
        ("", "label_file: ../.secret-key", "services.web.label_file[0]"),
        ("", "extends: {file: ../.secret-key, service: a}", "services.web.extends"),
        ("include: [../.secret-key]", "tty: true", "include[0]"),
        (
            "configs: {c: {file: ../.secret-key}}",
            "configs: [{source: c, target: /etc/c/c}]",
            "configs.c.file",
        ),
        (
            "configs: {c: {file: ../link}}",
            "configs: [{source: c, target: /etc/c/c}]",
            "configs.c.file",
        ),
    ],
)
def test_the_file_of_a_secret_is_read_as_nothing_else(plan, project, top, service, place):
    file = project.path.parent / ".secret-key"
    file.write_text("s3ntinel: value")
    (project.path.parent / "link").symlink_to(file)
    planned = plan(f"{top}\nservices: {{web: {{image: nginx, ports: ['80'], {service}}}}}\n")
    (message,) = planned.messages("secret-read")
    assert f": {place}: " in message
    assert "s3ntinel" not in str(planned.findings)
