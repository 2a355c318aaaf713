"""Which source a secret belongs to."""

import os
import shlex
import shutil
import subprocess

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


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A user's folder with what git and ssh read there, and commands before all others."""
    folder = tmp_path / "home"
    (folder / "bin").mkdir(parents=True)
    for variable in [each for each in os.environ if each.startswith("GIT_")]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("PATH", f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}")
    return folder


def git(folder, *words):
    program = shutil.which("git")
    assert program
    subprocess.run([program, "-C", str(folder), *words], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path, home):  # noqa: ARG001  # git reads it
    """A repository of git's own, with an address."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q")

    def _repository(url):
        git(folder, "config", "remote.origin.url", url)
        return folder

    return _repository


def ssh_that_says(home, text):
    """Put a command in ssh's place; the real one reads the home that the system knows."""
    command = home / "bin" / "ssh"
    command.write_text(f'#!/bin/sh\necho "$*" >> {home / "asked"}\nprintf {shlex.quote(text)}\n')
    command.chmod(0o755)


@pytest.mark.parametrize(
    ("name", "urls"),
    [
        (
            "github.com/acme/shop",
            ["ssh://git@ssh.github.com:443/acme/shop.git", "https://github.com/acme/shop"],
        ),
        ("gitlab.com/acme/shop", ["ssh://git@altssh.gitlab.com:443/acme/shop.git"]),
        ("bitbucket.org/acme/shop", ["ssh://git@altssh.bitbucket.org:443/acme/shop.git"]),
        (
            "dev.azure.com/acme/web/shop",
            [
                "git@ssh.dev.azure.com:v3/acme/web/shop",
                "ssh://git@ssh.dev.azure.com:22/v3/acme/web/shop",
                "https://dev.azure.com/acme/web/_git/shop",
                "https://acme@dev.azure.com/Acme/Web/_git/Shop",
                "https://acme.visualstudio.com/web/_git/shop",
                "https://acme.visualstudio.com/DefaultCollection/web/_git/shop",
                "acme@vs-ssh.visualstudio.com:v3/acme/web/shop",
            ],
        ),
        (
            "dev.azure.com/acme/shop/shop",
            ["https://dev.azure.com/acme/_git/shop", "git@ssh.dev.azure.com:v3/acme/shop/shop"],
        ),
        (
            "git.acme.example/web/shop",
            [
                "ssh://git@git.acme.example:7999/web/shop.git",
                "https://git.acme.example/scm/web/shop.git",
            ],
        ),
        (
            "git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop",
            [
                "codecommit::eu-west-1://shop",
                "codecommit::eu-west-1://profile@shop",
                "ssh://KEY@git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop",
                "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop",
            ],
        ),
    ],
)
def test_it_is_the_same_by_ssh_and_https(repository, home, name, urls):
    ssh_that_says(home, "")
    for url in urls:
        assert source_of(repository(url)) == name


def test_a_region_that_depends_on_who_asks_is_no_place(repository):
    assert source_of(repository("codecommit://shop")) is None


def test_gits_own_abbreviations_are_resolved(repository, home):
    ssh_that_says(home, "")
    (home / ".gitconfig").write_text('[url "git@github.com:"]\n\tinsteadOf = gh:\n')
    assert source_of(repository("gh:acme/shop")) == "github.com/acme/shop"


def test_without_git_the_address_is_read(repository, home, monkeypatch):
    folder = repository("https://example.com/a")
    monkeypatch.setenv("PATH", str(home / "bin"))
    assert shutil.which("git") is None
    assert source_of(folder) == "example.com/a"


@pytest.mark.parametrize(
    ("url", "says", "host"),
    [
        ("git@github-work:acme/shop", "host github-work\nhostname GitHub.com\n", "github.com"),
        ("git@me.github.com:acme/shop", "hostname ssh.github.com\nport 443\n", "github.com"),
        ("ssh://github-work/acme/shop", "hostname github.com\n", "github.com"),
        # As it is where no configuration names it.
        ("git@github-work:acme/shop", "hostname github-work\n", "github-work"),
        ("git@git.acme.example:acme/shop", "hostname 10.0.0.5\n", "git.acme.example"),
        ("git@git.acme.example:acme/shop", "hostname localhost\n", "git.acme.example"),
        ("git@git.acme.example:acme/shop", "", "git.acme.example"),
    ],
)
def test_an_alias_of_ssh_is_resolved(repository, home, url, says, host):
    ssh_that_says(home, says)
    assert source_of(repository(url)) == f"{host}/acme/shop"


def test_ssh_is_asked_of_hosts_alone(repository, home):
    ssh_that_says(home, "hostname github.com\n")
    source_of(repository("git@github-work:acme/shop"))
    assert (home / "asked").read_text() == "-G -T -- github-work\n"


@pytest.mark.parametrize(
    "url",
    [
        "https://github-work/acme/shop",
        "-oProxyCommand=touch:acme/shop",
        "ssh://-oProxyCommand=touch/acme/shop",
        "git@$(touch x):acme/shop",
        "git@`x`;:acme/shop",
    ],
)
def test_ssh_is_not_asked_of_what_is_no_host(repository, home, url):
    ssh_that_says(home, "hostname github.com\n")
    assert "github.com" not in str(source_of(repository(url)))
    assert not (home / "asked").exists()


def test_an_ssh_that_fails_changes_nothing(repository, home):
    command = home / "bin" / "ssh"
    command.write_text("#!/bin/sh\necho hostname github.com\nexit 255\n")
    command.chmod(0o755)
    assert source_of(repository("git@github-work:acme/shop")) == "github-work/acme/shop"


def test_nothing_of_the_checkout_is_run(repository, home, tmp_path):
    ssh_that_says(home, "")
    folder = repository("git@github.com:acme/shop")
    proof = tmp_path / "proof"
    for key in (
        "core.fsmonitor",
        "core.sshCommand",
        "core.pager",
        "core.editor",
        "alias.remote",
        "credential.helper",
        "remote.origin.vcs",
        "remote.origin.uploadpack",
        "pager.remote",
    ):
        git(folder, "config", key, f"!touch {proof}" if "." in key[:6] else f"touch {proof}")
    for hook in ("post-checkout", "post-index-change", "reference-transaction"):
        script = folder / ".git" / "hooks" / hook
        script.parent.mkdir(exist_ok=True)
        script.write_text(f"#!/bin/sh\ntouch {proof}\n")
        script.chmod(0o755)
    assert source_of(folder) == "github.com/acme/shop"
    assert not proof.exists()


def test_the_repository_of_a_hook_that_runs_it_is_another_one(repository, tmp_path, monkeypatch):
    folder = repository("https://example.com/a")
    other = tmp_path / "other"
    git(tmp_path, "init", "-q", str(other))
    git(other, "config", "remote.origin.url", "https://example.com/b")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    assert source_of(folder) == "example.com/a"


def test_a_repository_above_is_another_one(repository):
    above = repository("https://example.com/above")
    broken = above / "inside"
    (broken / ".git").mkdir(parents=True)
    (broken / ".git" / "config").write_text('[remote "origin"]\nurl = https://example.com/own\n')
    assert source_of(broken) == "example.com/own"
