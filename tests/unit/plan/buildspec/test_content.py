"""Tags by the content of a folder, and rollouts of what runs already."""

import os

import pytest

from serverless_containers.plan.buildspec import BuildspecImage, BuildspecOptions

OPTIONS = BuildspecOptions(source_folder="repo/shop", tag_by_content=True)
COMMIT = "0123456789abcdef"
WEB, WORKER = BuildspecImage(service="web"), BuildspecImage(service="worker")
REGISTRY = "1.dkr.ecr.x.amazonaws.com/shop"


@pytest.fixture
def shop(script):
    folder = script.folder / "repo/shop"
    (folder / "web").mkdir(parents=True)
    (folder / "web/Dockerfile").write_text("FROM scratch\n")
    (folder / "run.sh").write_text("true\n")
    return folder


def tag(script, options=OPTIONS, builds=(WEB,), **environment):
    result = script.call(
        'choose_tag; say "tag=$tag"',
        builds,
        options,
        **{"CODEBUILD_RESOLVED_SOURCE_VERSION": COMMIT, **environment},
    )
    assert result.returncode == 0, result.stdout
    return result.stdout.decode().rpartition("tag=")[2].strip()


def test_a_push_beside_the_folder_is_the_same_tag(script, shop):
    before = tag(script)
    assert len(before) == 12
    assert set(before) <= set("0123456789abcdef")
    (shop.parent / "README.md").write_text("new")
    (script.folder / ".git").mkdir()
    os.utime(shop / "run.sh", (1, 1))
    (shop / "run.sh").chmod(0o600)
    assert tag(script, CODEBUILD_RESOLVED_SOURCE_VERSION="f" * 40) == before


def write(folder):
    (folder / "run.sh").write_text("False\n")


def rename(folder):
    (folder / "run.sh").rename(folder / "go.sh")


def make_executable(folder):
    (folder / "run.sh").chmod(0o755)


def add(folder):
    (folder / "web" / "a\nb 'ü").write_text("")


def link(folder):
    (folder / "run.sh").unlink()
    (folder / "run.sh").symlink_to("web/Dockerfile")


@pytest.mark.parametrize("change", [write, rename, make_executable, add, link])
def test_what_changes_the_folder_is_another_tag(script, shop, change):
    before = tag(script)
    change(shop)
    assert tag(script) != before


@pytest.fixture
def source(script):
    """The source as CodeBuild has it: nothing else is in it."""
    folder = script.folder / "source"
    (folder / "repo/shop").mkdir(parents=True)
    (folder / "repo/common").mkdir()
    (folder / "repo/common/a").write_text("1")
    (folder / "repo/shop/run.sh").write_text("true\n")
    return folder


@pytest.mark.parametrize("kind", ["file", "folder", "absolute"])
def test_what_a_link_leads_to_beside_the_folder_counts(script, source, kind):
    common = source / "repo/common"
    target = {"file": "../common/a", "folder": "../common", "absolute": common}[kind]
    (source / "repo/shop/a\nb 'c").symlink_to(target)
    before = tag(script, CODEBUILD_SRC_DIR=str(source))
    assert tag(script, CODEBUILD_SRC_DIR=str(source)) == before
    (common / "a").write_text("2")
    assert tag(script, CODEBUILD_SRC_DIR=str(source)) != before


def test_links_inside_and_out_of_the_source_take_nothing_in(script, source):
    shop = source / "repo/shop"
    (shop / "inside").symlink_to("run.sh")
    (shop / "out").symlink_to(script.folder / "home")
    (shop / "nowhere").symlink_to("/a/b/c")
    before = tag(script, CODEBUILD_SRC_DIR=str(source))
    (source / "repo/common/a").write_text("2")
    assert tag(script, CODEBUILD_SRC_DIR=str(source)) == before


def test_no_option_of_the_machine_s_changes_what_is_hashed(script, source):
    before = tag(script, CODEBUILD_SRC_DIR=str(source))
    options = {"TAR_OPTIONS": "--exclude=run.sh"}
    assert tag(script, CODEBUILD_SRC_DIR=str(source), **options) == before


@pytest.mark.usefixtures("shop")
def test_another_build_of_the_same_folder_is_another_tag(script):
    before = tag(script)
    assert tag(script, builds=(WEB, WORKER)) != before


def test_git_s_own_files_in_the_folder_count_for_nothing(script, shop):
    options = BuildspecOptions(source_folder="repo", tag_by_content=True)
    before = tag(script, options)
    (shop.parent / ".git").mkdir()
    (shop.parent / ".git/HEAD").write_text("ref")
    assert tag(script, options) == before


@pytest.mark.usefixtures("shop")
def test_a_tag_that_is_given_counts_more(script):
    assert tag(script, SOURCE_TAG="a1") == "a1"


@pytest.mark.usefixtures("shop")
def test_otherwise_the_commit_is_the_tag(script):
    assert tag(script, BuildspecOptions(source_folder="repo/shop")) == COMMIT[:12]


def test_a_folder_that_is_missing_is_told(script):
    result = script.call("choose_tag", options=OPTIONS)
    assert result.returncode == 1
    assert "reading repo/shop" in (script.home / "failure").read_text()


AWS = """
case "$*" in
  *"imageTag=latest"*) echo "$LATEST" ;;
  *"imageTag=new"*) echo sha256:new ;;
  *) exit 9 ;;
esac
"""


def unchanged(script, running, *, options=OPTIONS, latest="sha256:new", missing="", **given):
    script.command("aws", AWS)
    (script.home / "rolling").write_text("".join(f"{name}\t{image}\n" for name, image in running))
    result = script.call(
        'tag=new; missing=$MISSING; find_unchanged; printf "<%s%s>" "$unchanged" "$service"',
        (WEB, WORKER),
        options,
        LATEST=latest,
        MISSING=missing,
        **given,
    )
    assert result.returncode == 0, result.stderr
    found = result.stdout.decode()
    assert found.endswith(("<>", "<yes>"))
    return found.endswith("<yes>")


RUNNING = [("web", f"{REGISTRY}/web:new"), ("side", "x"), ("worker", f"{REGISTRY}/worker:new")]


@pytest.mark.parametrize(
    "given",
    [
        {},
        # CloudFormation restarts the pipeline that it puts back, whatever makes the tag.
        {"options": BuildspecOptions()},
        # The stack gives the tag, and nothing but a change of it another one.
        {"SOURCE_TAG": "new", "latest": "sha256:other"},
    ],
)
def test_what_runs_already_is_not_rolled_out(script, given):
    assert unchanged(script, RUNNING, **given)


@pytest.mark.parametrize(
    ("running", "given"),
    [
        ([], {}),
        (RUNNING[:2], {}),
        ([*RUNNING[:2], ("worker", f"{REGISTRY}/worker:old")], {}),
        ([*RUNNING[:2], ("worker", f"{REGISTRY}/worker:newer")], {}),
        # An image that is yet to be pushed.
        (RUNNING, {"missing": " 2"}),
        # Another run may be about to roll out something else.
        (RUNNING, {"latest": "sha256:other"}),
        (RUNNING, {"latest": "None"}),
        # Who forces a run means it.
        (RUNNING, {"FORCE_REBUILD": "true"}),
    ],
)
def test_anything_else_is(script, running, given):
    assert not unchanged(script, running, **given)


PUBLISH = """
echo new > "$PIPELINE_HOME/tag"; : > "$PIPELINE_HOME/missing"; : > "$PIPELINE_HOME/built"
find_running() { cp "$PIPELINE_HOME/rolling" "$PIPELINE_HOME/live"; }
find_deployed() { :; }
keep_running() { :; }
move_latest() { :; }
find_owner() { say "$NOW"; }
signal() { say "signal $1"; }
publish
"""


@pytest.mark.parametrize(
    ("running", "now", "owner"),
    [
        (RUNNING, "pipeline", "nobody"),
        (RUNNING, "cloudformation", "nobody"),
        (RUNNING[:1], "pipeline", "pipeline"),
        ([], "cloudformation", "cloudformation"),
    ],
)
def test_the_pipeline_is_told_who_rolls_out(script, running, now, owner):
    script.command("aws", f'case "$*" in ssm*) exit 0 ;; esac\n{AWS}')
    (script.home / "rolling").write_text("".join(f"{name}\t{image}\n" for name, image in running))
    result = script.call(
        PUBLISH,
        (WEB, WORKER),
        OPTIONS,
        LATEST="sha256:new",
        NOW=now,
        TAG_PARAMETER="/shop/tag",
    )
    assert result.returncode == 0, result.stdout
    exports = (script.home / "exports").read_text()
    assert exports == f"export IMAGE_TAG=new OWNER={owner}\n"
    # CloudFormation waits for images, not for a rollout.
    assert (b"signal SUCCESS" in result.stdout) == (now == "cloudformation")
    assert (b"nothing to roll out" in result.stdout) == (owner == "nobody")
