"""What a task gets from the emulated services, asked of MiniStack itself."""

import pytest

from serverless_containers.diagnosis.stopped import explain_stop
from serverless_containers.local.patches import apply_patches
from serverless_containers.local.patches.tasks import image_of, secrets_of
from serverless_containers.local.tasks.definition import read_containers
from serverless_containers.local.tasks.run import StartError
from tests.support.local_ministack import private

VALUE = "a-value-that-nobody-may-print"


@pytest.fixture(scope="module", autouse=True)
def ministack(handlers):  # noqa: ARG001  # it is patched
    apply_patches()


@pytest.fixture(scope="module")
def secret():
    created = private("ministack.services.secretsmanager:create_secret_in_process")
    return created("outside", f'{{"key": "{VALUE}", "number": 7}}')


def container(place):
    raw = {"name": "web", "image": "i", "secrets": [{"name": "S", "valueFrom": place}]}
    return read_containers({"containerDefinitions": [raw]})[0]


@pytest.mark.parametrize(
    ("behind", "expected"),
    [("", f'{{"key": "{VALUE}", "number": 7}}'), (":key::", VALUE), (":number::", "7")],
)
def test_a_secret_comes_whole_or_by_its_key(secret, behind, expected):
    assert secrets_of(container(f"{secret}{behind}")) == {"S": expected}


@pytest.mark.parametrize(
    ("behind", "code"),
    [(":none::", "secret-key-missing"), (":key:AWSPREVIOUS:", "secret-missing")],
)
def test_what_cannot_be_had_is_told_as_ecs_does_and_without_the_value(secret, behind, code):
    with pytest.raises(StartError, match="unable to pull secrets") as raised:
        secrets_of(container(f"{secret}{behind}"))
    assert explained(raised.value) == code
    assert VALUE not in str(raised.value)
    assert raised.value.__cause__ is None


def test_a_secure_parameter_comes_in_clear():
    put = private("ministack.services.ssm:_put_parameter")
    put({"Name": "/outside", "Type": "SecureString", "Value": VALUE})
    assert secrets_of(container("/outside")) == {"S": VALUE}
    with pytest.raises(StartError) as raised:
        secrets_of(container("/no-such-parameter"))
    assert explained(raised.value) == "secret-missing"


def explained(error):
    """The code of what the commands for deployed services make of it."""
    return explain_stop({"stopCode": "TaskFailedToStart", "stoppedReason": str(error)}, None).code


class Images:
    """An engine with one image."""

    def __init__(self):
        self.pulled = []

    def image_id(self, name):
        return "sha256:1" if name == "there:1" else None

    def pull(self, name):
        self.pulled.append(name)


def test_an_image_that_is_there_is_not_fetched():
    engine = Images()
    assert image_of(engine, "there:1") == "there:1"
    assert image_of(engine, "busybox:1") == "busybox:1"
    assert engine.pulled == ["busybox:1"]


def test_an_image_of_the_emulated_registry_is_never_fetched_from_the_real_one():
    engine = Images()
    name = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1"
    with pytest.raises(StartError, match=r"CannotPullContainerError: .*: not found") as raised:
        image_of(engine, name)
    assert explained(raised.value) == "image-missing"
    assert engine.pulled == []
