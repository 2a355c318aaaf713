"""Which source a secret belongs to."""

import pytest

from serverless_containers.secret_stores.owner import source_of


@pytest.fixture
def clone(tmp_path):
    """A clone of a repository, with a project in a folder of it."""

    def _clone(url, *, section='[remote "origin"]', folder="services/api"):
        (tmp_path / ".git").mkdir()
        (tmp_path / ".git" / "config").write_text(
            f'[core]\n\tbare = false\n[remote "fork"]\n\turl = https://x.example/y\n'
            f"{section}\n\turl = {url}\n\tfetch = +refs/heads/*\n"
        )
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        return tmp_path / folder

    return _clone


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/acme/shop",
        "https://github.com/acme/shop.git",
        "https://joe:ghp_token@github.com/Acme/Shop.git/",
        "ssh://git@github.com:22/acme/shop.git",
        "git@github.com:acme/shop.git",
        "github.com:acme/shop",
    ],
)
def test_it_is_the_same_for_all_who_cloned_it(clone, url):
    assert source_of(clone(url)) == "github.com/acme/shop:services/api"


@pytest.mark.parametrize(
    "url", ["", "/srv/git/shop.git", "../shop.git", "file:///home/joe/shop", "C:/shop", "https://["]
)
def test_a_path_of_a_machine_is_no_name(clone, url):
    assert source_of(clone(url)) is None


def test_the_folder_of_the_repository_itself(clone):
    assert source_of(clone("git@example.com:shop", folder=".")) == "example.com/shop"


def test_another_remote_is_no_origin(clone):
    assert source_of(clone("https://example.com/a", section='[remote "upstream"]')) is None


def test_without_a_repository_it_is_not_known(tmp_path):
    assert source_of(tmp_path) is None


def test_a_repository_without_a_configuration_is_none(tmp_path):
    (tmp_path / ".git").mkdir()
    assert source_of(tmp_path) is None


def test_a_worktree_is_of_its_repository(clone, tmp_path):
    clone("https://example.com/a/b")
    own = tmp_path / ".git" / "worktrees" / "feature"
    own.mkdir(parents=True)
    (own / "commondir").write_text("../..\n")
    tree = tmp_path / "elsewhere"
    tree.mkdir()
    (tree / ".git").write_text(f"gitdir: {own}\n")
    assert source_of(tree) == "example.com/a/b"


def test_a_submodule_has_a_configuration_of_its_own(clone, tmp_path):
    clone("https://example.com/a/b")
    own = tmp_path / ".git" / "modules" / "part"
    own.mkdir(parents=True)
    (own / "config").write_text('[remote "origin"]\nurl = https://example.com/part # ours\n')
    part = tmp_path / "part"
    part.mkdir()
    (part / ".git").write_text("gitdir: ../.git/modules/part\n")
    assert source_of(part) == "example.com/part"


def test_it_fits_into_a_tag(clone):
    long = source_of(clone("https://example.com/a", folder="/".join(["x" * 60] * 5)))
    assert len(long) == 256


def test_it_has_the_characters_of_a_tag(clone):
    assert source_of(clone("https://example.com/a", folder="a b/ü")) == "example.com/a:a_b/_"
