"""A project with secrets, an AWS to push them to, and the command line between them.

Every value holds SENTINEL. Whatever a command shows, logs or raises is searched for it.
"""

import os
import tempfile
import traceback
from textwrap import dedent

from botocore.loaders import create_loader
from click.testing import CliRunner

from serverless_containers.cli.secrets import command
from tests.support.faulty_aws import REGION, FaultyAws

SENTINEL = "S3NTINEL"
PARAMETER = "x-serverless-containers: {store: parameter-store}\n"
_LOADER = create_loader()
_HEAD = """
    name: shop
    services:
      web:
        image: nginx:1.29
        ports: ["80"]
"""


class Case:
    def __init__(self, folder, monkeypatch, capfd):
        self.aws = FaultyAws()
        self.folder = folder / "work"
        self.logs = folder / "logs"
        self.shown = ""
        self._capfd = capfd
        self._keys = []
        self._entries = ""
        (self.folder / "secrets").mkdir(parents=True)
        (self.folder / "app").mkdir()
        self.logs.mkdir()
        monkeypatch.chdir(self.folder)
        monkeypatch.setattr(tempfile, "tempdir", str(self.logs))
        # Retries wait for seconds on the way to AWS.
        monkeypatch.setattr(
            "botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0
        )
        # Every session would read the models of the services anew.
        monkeypatch.setattr("botocore.session.create_loader", lambda *_: _LOADER)
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION"):
            monkeypatch.delenv(name, raising=False)
        for name, value in {
            "AWS_ENDPOINT_URL": self.aws.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": str(folder / "none"),
            "AWS_SHARED_CREDENTIALS_FILE": str(folder / "none"),
            "AWS_EC2_METADATA_DISABLED": "true",
        }.items():
            monkeypatch.setenv(name, value)
        self._write()

    def close(self):
        self.aws.close()

    def secret(self, key, value=None, *, also="", name=None):
        """Add a secret with a file; `also` holds more lines of it. Returns its value."""
        lines = f"file: ../secrets/.secret-{key}\n" + (f"name: {name}\n" if name else "") + also
        self.declare(key, lines)
        return self.value(key, value)

    def value(self, key, value=None):
        """Write, or rewrite, the file of a secret."""
        text = f"{SENTINEL}-{key}" if value is None else f"{SENTINEL}-{value}"
        file = self.folder / "secrets" / f".secret-{key}"
        file.write_text(text)
        file.chmod(0o600)
        return text.removesuffix("\n")

    def declare(self, key, lines):
        self._keys.append(key)
        indented = "".join(f"        {line}\n" for line in dedent(lines).strip().splitlines())
        self._entries += f"      {key}:\n{indented}"
        self._write()

    def _write(self):
        text = _HEAD.strip("\n")
        if self._keys:
            text += f"\n        secrets: [{', '.join(self._keys)}]\n    secrets:\n{self._entries}"
        (self.folder / "app" / "docker-compose.yml").write_text(dedent(text))

    def run(self, *arguments, answer=None):
        """Run a command below `secrets`."""
        return self.invoke(arguments[0], "app", "--env", "dev", *arguments[1:], answer=answer)

    def invoke(self, *arguments, answer=None):
        result = CliRunner().invoke(command, arguments, input=answer)
        self._search(result)
        return result

    def push(self, *arguments):
        """Push without a question: the endpoint, which is not AWS, is meant."""
        return self.run("push", "--yes", *self.meant(), *arguments)

    def meant(self):
        url = os.environ.get("AWS_ENDPOINT_URL")
        return ("--endpoint", url) if url else ()

    def _search(self, result):
        out, err = self._capfd.readouterr()
        raised = "".join(traceback.format_exception(result.exception)) if result.exception else ""
        logged = "".join(file.read_text() for file in self.logs.iterdir())
        seen = result.output + result.stderr + out + err
        assert SENTINEL not in seen + raised + logged, "a value was shown"
        assert "Traceback" not in seen
        self.shown, self.logged = result.output, logged

    def described(self, more):
        """Have Secrets Manager add to each description of a secret."""
        self.aws.fault(
            "DescribeSecret", works=True, status=200, answer=lambda answer: {**answer, **more}
        )

    def stored(self, name):
        """The value that Secrets Manager has, or None."""
        client = self.aws.client("secretsmanager")
        try:
            return client.get_secret_value(SecretId=name)["SecretString"]
        except client.exceptions.ResourceNotFoundException:
            return None

    def parameter(self, name):
        client = self.aws.client("ssm")
        found = client.get_parameter(Name=name, WithDecryption=True)["Parameter"]
        assert found["Type"] == "SecureString"
        return found["Value"]


def secrets_case(tmp_path, monkeypatch, capfd):
    """The body of a fixture that yields a `Case`."""
    case = Case(tmp_path, monkeypatch, capfd)
    try:
        yield case
    finally:
        case.close()


def where(case):
    """Where everything goes, as it is said."""
    return f"account 123456789012, region {REGION}, at {case.aws.url} (not AWS)"


def warning(case, services="Secrets Manager"):
    return (
        f"warning: {case.aws.url} is not AWS: AWS_ENDPOINT_URL puts it in place of {services}, as "
        "after `serverless-containers local up`"
    )


class Store:
    """What differs between the two stores, and what a secret of the `Case` has in one."""

    def __init__(self, *, create, update, also, prefix):
        self.create, self.update, self.also, self.prefix = create, update, also, prefix

    def has(self, case, key):
        name = f"{self.prefix}{key}"
        if self.also:
            try:
                return case.parameter(name)
            except case.aws.client("ssm").exceptions.ParameterNotFound:
                return None
        return case.stored(name)

    def versions(self, case, key):
        name = f"{self.prefix}{key}"
        if self.also:
            return len(case.aws.client("ssm").get_parameter_history(Name=name)["Parameters"])
        client = case.aws.client("secretsmanager")
        found = client.list_secret_version_ids(SecretId=name, IncludeDeprecated=True)
        return len(found["Versions"])


MANAGER = Store(create="CreateSecret", update="PutSecretValue", also="", prefix="shop/dev/")
PARAMETERS = Store(
    create="PutParameter", update="PutParameter", also=PARAMETER, prefix="/shop/dev/"
)
