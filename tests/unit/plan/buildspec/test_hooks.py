"""What the project's commands are given while they run, and what they find."""

import pytest

from serverless_containers.plan.buildspec import BuildspecOptions, RegistryLogin, Variable

PASSWORD = "s3cret"
DOCKER = """
config=${DOCKER_CONFIG:-$HOME/.docker}
echo "docker $1" >> "$RECORDED/order"
case $1 in
  login) mkdir -p "$config"; { cat "$config/config.json" 2> /dev/null; cat; echo " for $5"; } \\
    > "$config/new"; mv "$config/new" "$config/config.json" ;;
  build) cp "$config/config.json" "$RECORDED/build.json"; ls -d "$config"/* > "$RECORDED/around"
    "$config/cli-plugins/docker-buildx" ;;
  push) cp "$config/config.json" "$RECORDED/push.json" ;;
esac
"""
LOGIN = RegistryLogin(
    registry="hub.example", username_variable="HUB_USER", password_variable="HUB_PASSWORD"
)


class Hooked:
    """A build whose commands each record what they see."""

    def __init__(self, script):
        self.script = script
        self.recorded = script.folder / "recorded"
        self.user = script.folder / "user"
        self.recorded.mkdir()
        (self.user / ".docker" / "cli-plugins").mkdir(parents=True)
        self.given = {name: f"own-{name}" for name in map(str, Variable)}
        script.command("docker", DOCKER)
        script.command("aws", f"echo {PASSWORD}")
        script.command("curl", "exit 0")
        plugin = self.user / ".docker" / "cli-plugins" / "docker-buildx"
        plugin.write_text(f"#!/bin/sh\necho plugin >> {self.recorded}/order\n")
        plugin.chmod(0o755)
        (script.home / "tag").write_text("a1\n")
        (script.home / "missing").write_text(" 1\n")

    def look(self, name):
        everything = f"{self.script.home} {self.user}"
        return (
            f"echo {name} >> {self.recorded}/order; env > {self.recorded}/{name}.env; "
            f"grep -rl {PASSWORD[:-1]}[{PASSWORD[-1]}] {everything} "
            f"> {self.recorded}/{name}.found || :"
        )

    def run(self, code="build", before=(), **environment):
        options = BuildspecOptions(
            before_build=(*before, self.look("before")),
            after_build=(self.look("after"),),
            scan=(self.look("scan"),),
            logins=(LOGIN,),
        )
        return self.script.call(
            f"step=build; trap 'conclude $?' EXIT\n{code}",
            options=options,
            HOME=str(self.user),
            RECORDED=str(self.recorded),
            HUB_USER="me",
            HUB_PASSWORD=f"{PASSWORD}-hub",
            **self.given,
            **environment,
        )

    def variables(self, name):
        lines = (self.recorded / f"{name}.env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)

    def text(self, name):
        return (self.recorded / name).read_text()


@pytest.fixture
def hooked(script):
    return Hooked(script)


HOOKS = ["before", "after", "scan"]


def test_they_get_no_variable_that_is_the_build_s_own(hooked):
    result = hooked.run()
    assert result.returncode == 0, result.stdout + result.stderr
    for name in HOOKS:
        given = hooked.variables(name)
        assert not given.keys() & {*map(str, Variable), "HUB_USER", "HUB_PASSWORD", "PIPELINE_HOME"}
        assert given["IMAGE_TAG"] == "a1"
        assert given["REPOSITORY_1"] == "1.dkr.ecr.x.amazonaws.com/shop/web"
        assert not any(PASSWORD in value for value in given.values())
    assert hooked.variables("scan")["SERVICE"] == "web"


def test_no_password_is_anywhere_while_they_run(hooked):
    result = hooked.run()
    assert result.returncode == 0, result.stdout + result.stderr
    assert {name: hooked.text(f"{name}.found") for name in HOOKS} == dict.fromkeys(HOOKS, "")
    assert hooked.text("order").split("\n") == [
        "before", "docker login", "docker login", "docker build", "plugin", "after", "scan", "",
    ]  # fmt: skip
    # the build itself had both
    assert f"{PASSWORD} for 1.dkr.ecr.x.amazonaws.com" in hooked.text("build.json").replace(
        "\n", ""
    )
    assert f"{PASSWORD}-hub for hub.example" in hooked.text("build.json").replace("\n", "")


@pytest.mark.parametrize("place", [".docker", "elsewhere"])
def test_what_the_project_logged_in_to_itself_is_kept(hooked, place):
    folder = hooked.user / place
    if place == "elsewhere":
        (hooked.user / ".docker").rename(folder)
    given = {"DOCKER_CONFIG": str(folder)} if place == "elsewhere" else {}
    result = hooked.run(before=(f"echo mine > {folder}/config.json",), **given)
    assert result.returncode == 0, result.stdout + result.stderr
    assert hooked.text("build.json").startswith("mine")
    assert (folder / "config.json").read_text() == "mine\n"
    for name in HOOKS:
        assert hooked.variables(name).get("DOCKER_CONFIG") == given.get("DOCKER_CONFIG")


def test_a_build_that_fails_leaves_no_password(hooked):
    hooked.script.command("docker", DOCKER.replace("build) ", "build) exit 7; "))
    result = hooked.run()
    assert result.returncode == 1
    assert b"exit status 7" in result.stdout
    assert not (hooked.script.home / "docker").exists()
    assert not list(hooked.recorded.glob("after.*"))


def test_a_login_that_fails_is_told(hooked):
    hooked.script.command("aws", "exit 254")
    result = hooked.run()
    assert result.returncode == 1
    assert b"aws ecr get-login-password" in result.stdout
    assert b"parameter not set" not in result.stderr
    assert not (hooked.script.home / "docker").exists()


def test_the_password_is_in_a_folder_of_the_user_alone(hooked):
    code = 'log_in; stat -c %a "$DOCKER_CONFIG" > "$RECORDED/mode"'
    assert hooked.run(code).returncode == 0
    assert hooked.text("mode") == "700\n"
