"""What the shell makes of values from a Compose file."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serverless_containers.plan.buildspec import BuildspecImage, BuildspecOptions, RegistryLogin

ANY = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), min_size=1, max_size=20
)
RECORD = 'printf "%s\\0" "$@" >> "$PIPELINE_HOME/recorded"'
HOSTILE = ["$(touch pwned)", "`id`", "it's", 'a"b', "-rf", "*", "a\nEND_OF_PIPELINE\nb", "a;b", "~"]


def recorded(script):
    file = script.home / "recorded"
    text = file.read_bytes().decode() if file.exists() else ""
    file.unlink(missing_ok=True)
    return text.split("\0")[:-1]


def build(script, image, **options):
    script.command("docker", RECORD)
    result = script.call("select_service 1; docker_build", [image], BuildspecOptions(**options))
    assert result.returncode == 0, result.stderr
    return recorded(script)


def test_all_options(script):
    image = BuildspecImage(
        service="web",
        context="web",
        dockerfile="web/Dockerfile.prod",
        args={"VERSION": "1 2"},
        target="final",
        labels={"team": "a b"},
        network="host",
        shm_size=67108864,
        extra_hosts={"db": ("10.0.0.1", "::1")},
        additional_contexts={"shared": "lib", "base": "docker-image://alpine:3"},
        cache_from=("ghcr.io/a/b:cache",),
        no_cache=True,
    )
    assert build(script, image) == [
        "build", "--file", "web/Dockerfile.prod", "--platform", "linux/amd64",
        "--build-arg", "VERSION=1 2", "--target", "final",
        "--label", "team=a b", "--network", "host", "--shm-size", "67108864",
        "--add-host", "db:10.0.0.1", "--add-host", "db:::1",
        "--build-context", "shared=lib", "--build-context", "base=docker-image://alpine:3",
        "--cache-from", "ghcr.io/a/b:cache", "--no-cache", "web",
    ]  # fmt: skip


def test_an_inline_dockerfile(script):
    text = "FROM scratch\nCOPY <<'E' /x\n$HOME\nE\n"
    words = build(script, BuildspecImage(service="web", dockerfile_inline=text))
    file = script.home / "1.Dockerfile"
    assert words[:3] == ["build", "--file", str(file)]
    assert file.read_text() == text + "\n"


def test_a_path_is_no_option(script):
    words = build(script, BuildspecImage(service="web", context="-f", dockerfile="-f/Dockerfile"))
    assert (words[2], words[-1]) == ("./-f/Dockerfile", "./-f")


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=ANY, value=ANY, inline=ANY, service=ANY)
def test_any_text_arrives_as_it_is(script, name, value, inline, service):
    image = BuildspecImage(
        service=service,
        args={name: value},
        labels={value: name},
        target=value,
        dockerfile_inline=inline,
        extra_hosts={name: (value,)},
    )
    words = build(script, image)
    assert words[5:13] == [
        "--build-arg", f"{name}={value}", "--target", value, "--label", f"{value}={name}",
        "--add-host", f"{name}:{value}",
    ]  # fmt: skip
    assert (script.home / "1.Dockerfile").read_text() == inline + "\n"


@pytest.mark.parametrize("name", HOSTILE)
def test_image_definitions_hold_any_name(script, name):
    result = script.call(
        "tag=a1; write_image_definitions",
        [BuildspecImage(service=name), BuildspecImage(service="worker")],
    )
    assert result.returncode == 0, result.stderr
    assert json.loads((script.folder / "imagedefinitions.json").read_text()) == [
        {"name": name, "imageUri": "1.dkr.ecr.x.amazonaws.com/shop/web:a1"},
        {"name": "worker", "imageUri": "1.dkr.ecr.x.amazonaws.com/shop/worker:a1"},
    ]
    assert not (script.folder / "pwned").exists()


def test_a_disk_that_is_full_leaves_no_image_definitions(script):
    script.command("cp", 'echo half > "$2"; exit 1')
    result = script.call("tag=a1; write_image_definitions")
    assert result.returncode == 1
    assert not (script.folder / "imagedefinitions.json").exists()


def test_logging_in_elsewhere_keeps_the_password_from_the_process_list(script):
    script.command("docker", RECORD + '; cat >> "$PIPELINE_HOME/recorded"')
    login = RegistryLogin(
        registry="docker.io", username_variable="HUB_USER", password_variable="HUB_PASSWORD"
    )
    result = script.call(
        "log_in_elsewhere",
        options=BuildspecOptions(logins=(login,)),
        HUB_USER="me",
        HUB_PASSWORD="s3cret $x",
    )
    assert result.returncode == 0, result.stderr
    text = (script.home / "recorded").read_text().split("\0")
    assert text[:-1] == ["login", "--username", "me", "--password-stdin", "docker.io"]
    assert text[-1] == "s3cret $x"
    assert b"s3cret" not in result.stdout + result.stderr


@pytest.mark.parametrize(
    ("given_tag", "commit", "force", "tag"),
    [
        ("a1", "", "", "a1"),
        ("a1", "f" * 40, "false", "a1"),
        ("", "0123456789abcdef", "0", "0123456789ab"),
        ("a1", "", "true", "a1-7"),
        ("", "0123456789abcdef", "yes", "0123456789ab-7"),
        ("", "", "", None),
        ("a b", "", "", None),
        ("-a", "", "", None),
    ],
)
def test_the_tag(script, given_tag, commit, force, tag):
    result = script.call(
        'choose_tag; say "$tag"',
        SOURCE_TAG=given_tag,
        CODEBUILD_RESOLVED_SOURCE_VERSION=commit,
        FORCE_REBUILD=force,
        CODEBUILD_BUILD_NUMBER="7",
    )
    if tag is None:
        assert result.returncode == 1
    else:
        assert result.stdout.decode().strip() == tag
