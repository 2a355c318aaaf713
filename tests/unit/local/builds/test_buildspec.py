"""A buildspec runs phase by phase, and says what it came to."""

import pytest
import yaml

from serverless_containers.local.builds.buildspec import BuildspecRun


@pytest.fixture
def run(tmp_path):
    def running(phases, **env):
        source = tmp_path / "source"
        source.mkdir()
        log = []
        built = BuildspecRun(
            buildspec=yaml.safe_dump({"version": "0.2", "env": env, "phases": phases}),
            source=source,
            variables={"PATH": "/usr/bin:/bin", "GIVEN": "given"},
            scratch=tmp_path,
            write=log.append,
        ).run()
        return built, log

    return running


def commands(*lines, **more):
    return {"commands": list(lines), **more}


def test_variables_and_folder_pass_from_command_to_command(run):
    built, log = run(
        {
            "pre_build": commands("export A=a", "mkdir in && cd in"),
            "build": commands('echo "$A $GIVEN $SET $(basename "$PWD")"'),
        },
        variables={"SET": "set"},
        **{"exported-variables": ["A", "NONE"]},
    )
    assert built.succeeded
    assert built.exported == {"A": "a"}
    assert "a given set in" in log


def test_a_failure_before_the_build_ends_it(run):
    built, log = run({"pre_build": commands("false"), "build": commands("echo built"),
                      "post_build": commands("echo after")})  # fmt: skip
    assert not built.succeeded
    assert log == ["Phase pre_build"]


def test_a_failing_build_goes_on_to_post_build_and_knows_of_it(run):
    built, log = run(
        {
            "build": commands("false", "echo never", **{"finally": ["echo finally"]}),
            "post_build": commands('echo "succeeding: $CODEBUILD_BUILD_SUCCEEDING"'),
        }
    )
    assert not built.succeeded
    assert log == ["Phase build", "finally", "Phase post_build", "succeeding: 0"]
