"""Variables that look like secrets."""

import pytest

LOOKS = (
    "looks like {}, and everybody can read it in the template; make it a secret in one go: declare "
    "{} under the top-level secrets, with a file .secret-… outside the project, list it under the "
    "service's secrets, which makes it the same variable, and remove it from environment and from "
    "env_file"
)


def exposed(planned):
    return planned.messages("secret-in-environment")


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("DB_PASSWORD", "hunter22", "a secret"),
        ("api_key", "abcdef123", "a secret"),
        ("GITHUB_TOKEN", "abcdefghi", "a secret"),
        ("SECRET", "abcdefghi", "a secret"),
        ("SESSION_SECRET", "abcdefghi", "a secret"),
        ("MAIN", "AKIAIOSFODNN7EXAMPLE", "an AWS access key"),
        ("A", "ghp_" + "a" * 36, "a GitHub token"),
        ("A", "sk_live_" + "a" * 20, "a Stripe key"),
        ("A", "xoxb-1234567890-abc", "a Slack token"),
        ("A", "-----BEGIN RSA PRIVATE KEY-----", "a private key"),
        ("DATABASE_URL", "postgres://app:hunter2@db/app", "a password in an address"),
        ("A", "eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0", "a JSON Web Token"),
    ],
)
def test_it_is_told_without_its_value(plan_service, name, value, what):
    planned = plan_service(f"environment: {{{name}: '{value}'}}")
    (message,) = exposed(planned)
    assert message == (
        f"docker-compose.yml:5:{21 + len(name)}: services.web.environment.{name}: "
        f"{name} {LOOKS.format(what, name)}"
    )
    assert value not in message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DB_PASSWORD_FILE", "abcdefg"),
        ("DATABASE_PASSWORD", "/run/secrets/db-password"),
        ("TOKEN_TTL", "360000000"),
        ("PASSWORD_RESET_URL", "https://example.com"),
        ("USE_TOKEN", "true"),
        ("MAX_TOKEN", "512"),
        ("PUBLIC_API_KEY", "abcdefgh"),
        ("DB_PASSWORD", ""),
        ("TOKENIZER", "bpe"),
        ("COMPASS", "north"),
        ("DATABASE_URL", "postgres://db/app"),
        ("PROXY", "http://user@proxy:3128"),
        ("KEYBOARD", "qwerty"),
    ],
)
def test_what_is_harmless(plan_service, name, value):
    assert exposed(plan_service(f"environment: {{{name}: '{value}'}}")) == []


def test_a_build_argument_stays_in_the_image(plan):
    planned = plan(
        """
        services: {web: {build: {context: ., args: {NPM_TOKEN: abcdefgh}}}}
        """,
        dockerfiles={"Dockerfile": "FROM scratch\nEXPOSE 80\n"},
    )
    (message,) = exposed(planned)
    assert (
        "services.web.build.args.NPM_TOKEN: NPM_TOKEN looks like a secret, and everybody can "
        "read it in the image; remove it from args: what the program needs is a secret" in message
    )


def test_what_an_env_file_brings_is_told_where_the_file_is_named(plan, project):
    project.write("app.env", "API_TOKEN=abcdefgh\n")
    planned = plan("services: {web: {image: x, ports: ['80'], env_file: app.env}}")
    (message,) = exposed(planned)
    assert "abcdefgh" not in message
    assert message.startswith("docker-compose.yml:1:53: services.web.environment.API_TOKEN: ")
