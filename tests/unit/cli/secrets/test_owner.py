"""`secrets push` where another source has pushed a secret of the same name."""

import pytest

from tests.support.secrets_case import PARAMETER

TAG = "serverless-containers:source"


def cloned(case, repository):
    """Make the project's folder one of a clone."""
    git = case.folder / ".git"
    git.mkdir(exist_ok=True)
    (git / "config").write_text(f'[remote "origin"]\nurl = git@github.com:{repository}.git\n')


def owner(case, name="shop/dev/db"):
    found = case.aws.client("secretsmanager").describe_secret(SecretId=name)
    return {tag["Key"]: tag["Value"] for tag in found["Tags"]}.get(TAG)


def test_a_push_says_whose_a_secret_is(case):
    cloned(case, "acme/shop")
    case.secret("db")
    assert case.push().exit_code == 0
    assert owner(case) == "github.com/acme/shop:app"


def test_the_owner_is_not_asked(case):
    cloned(case, "acme/shop")
    case.secret("db")
    case.push()
    changed = case.value("db", "another")
    assert case.push().exit_code == 0
    assert case.stored("shop/dev/db") == changed


@pytest.mark.parametrize("also", ["", PARAMETER], ids=["manager", "parameters"])
def test_what_another_source_pushed_is_not_overwritten(case, also):
    cloned(case, "acme/shop")
    first = case.secret("db", also=also)
    case.push()
    cloned(case, "acme/blog")
    case.value("db", "another")

    result = case.push()

    assert result.exit_code == 1
    assert "db: it belongs to github.com/acme/shop:app\n" in result.output
    assert "pushed from github.com/acme/shop:app, and this is github.com/acme/blog:app" in (
        result.output
    )
    assert "another `name:`" in result.output
    stored = case.parameter("/shop/dev/db") if also else case.stored("shop/dev/db")
    assert stored == first


def test_the_same_value_is_not_taken_over_either(case):
    cloned(case, "acme/shop")
    case.secret("db")
    case.push()
    cloned(case, "acme/blog")
    assert case.push().exit_code == 1
    assert owner(case) == "github.com/acme/shop:app"


def test_it_is_taken_over_by_a_flag(case):
    cloned(case, "acme/shop")
    case.secret("db")
    case.push()
    cloned(case, "acme/blog")
    changed = case.value("db", "another")
    assert case.push("--take-over").exit_code == 0
    assert case.stored("shop/dev/db") == changed
    assert owner(case) == "github.com/acme/blog:app"


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1)])
def test_it_is_taken_over_by_an_answer(case, answer, code):
    cloned(case, "acme/shop")
    first = case.secret("db")
    case.push()
    cloned(case, "acme/blog")
    changed = case.value("db", "another")

    result = case.run("push", "--yes", *case.meant(), answer=answer)

    assert "Take it over, for github.com/acme/blog:app? [y/N]" in result.output
    assert result.exit_code == code
    assert case.stored("shop/dev/db") == (changed if code == 0 else first)


def test_without_a_repository_an_owner_is_not_known_and_asked_for(case):
    cloned(case, "acme/shop")
    case.secret("db")
    case.push()
    (case.folder / ".git" / "config").unlink()
    assert case.push().exit_code == 0, "nothing would be changed"
    changed = case.value("db", "another")
    result = case.push()
    assert result.exit_code == 1
    assert "and this is a folder without a repository" in result.output
    assert case.push("--take-over").exit_code == 0
    assert case.stored("shop/dev/db") == changed
    assert owner(case) == "github.com/acme/shop:app"


def test_a_secret_from_before_is_marked(case):
    case.secret("db")
    case.push()
    cloned(case, "acme/shop")
    assert case.push().exit_code == 0
    assert owner(case) == "github.com/acme/shop:app"


def test_a_difference_says_whose_it_is(case):
    cloned(case, "acme/shop")
    case.secret("db")
    case.push()
    cloned(case, "acme/blog")
    result = case.run("diff")
    assert result.exit_code == 2
    assert "warning: shop/dev/db: it belongs to github.com/acme/shop:app" in result.output
