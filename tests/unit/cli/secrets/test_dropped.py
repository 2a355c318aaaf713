"""`secrets push` over a line that drops: it says how far it got, and goes on later."""

import pytest

from tests.support.secrets_case import MANAGER, PARAMETERS

KEYS = ("a", "b", "c")
FAILED_TO = "Run the same command again: it goes on where this one stopped.\n"
stores = pytest.mark.parametrize("store", [MANAGER, PARAMETERS], ids=["manager", "parameters"])
positions = pytest.mark.parametrize("at", [0, 1, 2], ids=["first", "middle", "last"])
works = pytest.mark.parametrize("works", [False, True], ids=["before", "after"])


@stores
@positions
@works
def test_a_line_that_drops_once_is_not_noticed(case, store, at, works):
    values = {key: case.secret(key, also=store.also) for key in KEYS}
    case.aws.drop(store.create, name=f"{store.prefix}{KEYS[at]}", times=1, works=works)

    result = case.push()

    assert (result.exit_code, result.stderr) == (0, "")
    assert {key: store.has(case, key) for key in KEYS} == values
    assert [store.versions(case, key) for key in KEYS] == [1, 1, 1]


@stores
@positions
@works
def test_a_line_that_stays_dead_is_told_and_a_second_run_completes(case, store, at, works):
    values = {key: case.secret(key, also=store.also) for key in KEYS}
    name = f"{store.prefix}{KEYS[at]}"
    case.aws.drop(store.create, name=name, works=works)

    result = case.push()

    assert result.exit_code == 1
    assert result.stderr == (
        f"{name}: failed: the connection to AWS was lost\n"
        f"{name}: whether AWS has done it all the same is not known\n"
        f"Done: {', '.join(f'{store.prefix}{key}' for key in KEYS[:at]) or 'nothing'}.\n"
        f"Not tried: {', '.join(f'{store.prefix}{key}' for key in KEYS[at + 1 :]) or 'nothing'}.\n"
        f"{FAILED_TO}"
    )
    assert [store.has(case, key) is not None for key in KEYS] == [
        index < at or (index == at and works) for index in range(3)
    ]

    case.aws.mend()
    result = case.push()

    assert (result.exit_code, result.stderr) == (0, "")
    assert {key: store.has(case, key) for key in KEYS} == values
    assert [store.versions(case, key) for key in KEYS] == [1, 1, 1]
    assert case.push().output.endswith("Nothing to push.\n")


@stores
@positions
@works
@pytest.mark.parametrize("times", [1, 1_000], ids=["once", "for-good"])
def test_an_update_that_is_cut_short_ends_with_the_new_values(case, store, at, works, times):
    for key in KEYS:
        case.secret(key, also=store.also)
    case.push()
    values = {key: case.value(key, f"new-{key}") for key in KEYS}
    case.aws.drop(store.update, name=f"{store.prefix}{KEYS[at]}", times=times, works=works)

    result = case.push()

    assert result.exit_code == (0 if times == 1 else 1)
    case.aws.mend()
    assert case.push().exit_code == 0
    assert {key: store.has(case, key) for key in KEYS} == values
    if store is MANAGER:
        # A parameter that is written twice has the value twice.
        assert [store.versions(case, key) for key in KEYS] == [2, 2, 2]


def test_what_needs_nothing_is_neither_done_nor_untried(case):
    for key in KEYS:
        case.secret(key)
    case.push()
    case.value("b", "new")
    case.aws.drop("PutSecretValue")

    result = case.push()

    assert f"Done: nothing.\nNot tried: nothing.\n{FAILED_TO}" in result.stderr


def test_a_line_that_drops_while_it_is_asked_leaves_everything_as_it_was(case):
    for key in KEYS:
        case.secret(key)
    case.aws.drop("DescribeSecret", name="shop/dev/c")

    result = case.push()

    assert result.exit_code == 1
    assert result.stderr == "c: the connection to AWS was lost\nNothing was pushed.\n"
    assert [case.stored(f"shop/dev/{key}") for key in KEYS] == [None] * 3


@works
def test_an_answer_that_does_not_come_is_not_waited_for_for_ever(case, monkeypatch, works):
    value = case.secret("db")
    config = "serverless_containers.aws_api.clients._CONFIG"
    monkeypatch.setattr(f"{config}.read_timeout", 0.2)
    case.aws.fault("CreateSecret", delay=0.5, times=1, works=works)

    result = case.push()

    assert result.exit_code == 0
    assert case.stored("shop/dev/db") == value
    assert MANAGER.versions(case, "db") == 1


@pytest.mark.parametrize("operation", ["RestoreSecret", "GetSecretValue", "PutSecretValue"])
def test_a_restoration_that_is_cut_short_is_completed_by_a_second_run(case, operation):
    case.secret("db")
    case.push()
    value = case.value("db", "new")
    case.aws.client("secretsmanager").delete_secret(SecretId="shop/dev/db")
    case.aws.drop(operation, works=True)

    result = case.push()

    assert result.exit_code == 1
    before = "" if operation == "RestoreSecret" else "restored, then "
    assert f"shop/dev/db: {before}failed: the connection to AWS was lost\n" in result.stderr
    case.aws.mend()
    assert case.push().exit_code == 0
    assert case.stored("shop/dev/db") == value


def test_an_interruption_says_how_far_it_got(case, monkeypatch):
    for key in KEYS:
        case.secret(key)

    def interrupted(_store, _step, change):
        if change.desired.plan.key == "b":
            raise KeyboardInterrupt

    monkeypatch.setattr(
        "serverless_containers.secret_stores.secrets_manager.SecretsManager.do", interrupted
    )
    result = case.push()

    assert result.exit_code == 130
    assert result.stderr == (
        "shop/dev/b: failed: interrupted\n"
        "shop/dev/b: whether AWS has done it all the same is not known\n"
        f"Done: shop/dev/a.\nNot tried: shop/dev/c.\n{FAILED_TO}"
    )
