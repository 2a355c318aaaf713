"""`secrets` on a machine whose AWS settings leave no client: the setting is named."""

import pytest

IN_A_FILE = (
    "Error: the AWS configuration file has a value that cannot be used: look at endpoint_url, "
    "metadata_service_timeout and metadata_service_num_attempts\n"
)


def no_url(variable):
    return (
        f"Error: the variable {variable} holds no URL that requests can be sent to, such as "
        "http://localhost:4566; correct it, or unset it\n"
    )


@pytest.mark.parametrize("command", ["push", "diff", "list"])
@pytest.mark.parametrize(
    "url",
    [
        "foo",
        "localhost:4566",
        "http://",
        "http://[::1",
        "http://a b",
        "http://x:y",
        "http://x:99999",
    ],
)
def test_an_endpoint_that_is_none_is_named(case, monkeypatch, command, url):
    case.secret("db")
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)

    result = case.run(command)

    assert (result.exit_code, result.stderr) == (1, no_url("AWS_ENDPOINT_URL"))


@pytest.mark.parametrize(
    ("variable", "also"),
    [
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", ""),
        ("AWS_ENDPOINT_URL_SSM", "x-serverless-containers: {store: parameter-store}\n"),
    ],
)
def test_the_endpoint_of_a_service_comes_first(case, monkeypatch, variable, also):
    case.secret("db", also=also)
    monkeypatch.setenv(variable, "foo")

    assert case.run("list").stderr == no_url(variable)


@pytest.mark.parametrize("service", ["ECS", "CLOUDFORMATION"])
def test_the_endpoints_of_a_restart_are_named_too(case, monkeypatch, service):
    case.secret("db")
    case.aws.stacks["dev-shop"] = {"ClusterName": "shop", "ServiceName": "web"}
    monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", "foo")

    result = case.push("--restart", "--stack", "dev-shop")

    assert result.exit_code == 1
    assert f"the variable AWS_ENDPOINT_URL_{service} holds no URL" in result.stderr
    assert "nothing was pushed" in result.stderr
    assert case.stored("shop/dev/db") is None


def test_a_password_in_an_endpoint_is_not_shown(case, monkeypatch):
    case.secret("db")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://ann:hidden@x:y")

    assert "hidden" not in case.run("list").stderr


@pytest.mark.parametrize(
    "variable", ["AWS_METADATA_SERVICE_TIMEOUT", "AWS_METADATA_SERVICE_NUM_ATTEMPTS"]
)
def test_a_number_that_is_none_is_named(case, monkeypatch, variable):
    case.secret("db")
    monkeypatch.setenv(variable, "foo")

    result = case.push()

    expected = f"Error: the variable {variable} holds no whole number; correct it, or unset it\n"
    assert (result.exit_code, result.stderr) == (1, expected)


@pytest.mark.parametrize(
    "text",
    [
        "[default]\nendpoint_url = foo\n",
        "[default]\nservices = s\n[services s]\nsecrets_manager =\n  endpoint_url = foo\n",
        "[default]\nmetadata_service_timeout = foo\n",
    ],
)
def test_what_is_wrong_in_the_configuration_file_is_searched_there(case, monkeypatch, text):
    case.secret("db")
    file = case.folder / "config"
    file.write_text(text)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    monkeypatch.delenv("AWS_ENDPOINT_URL")

    result = case.run("list")

    assert (result.exit_code, result.stderr) == (1, IN_A_FILE)


def test_a_variable_that_holds_a_url_is_not_blamed_for_the_file(case, monkeypatch):
    case.secret("db")
    file = case.folder / "config"
    file.write_text("[default]\nmetadata_service_timeout = foo\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))

    assert case.run("list").stderr == IN_A_FILE


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"AWS_DEFAULT_REGION": "x y"}, "the AWS region has a name that no region has"),
        ({"AWS_SECRET_ACCESS_KEY": ""}, "the AWS credentials are incomplete"),
    ],
)
@pytest.mark.parametrize("command", ["push", "diff", "list"])
def test_what_else_leaves_no_client_is_no_defect(case, monkeypatch, command, change, message):
    case.secret("db")
    for variable, value in change.items():
        monkeypatch.setenv(variable, value)

    result = case.run(command)

    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: {message}")
