"""Options that are given, but empty, as a script's unset variable leaves them."""

import pytest


@pytest.mark.parametrize(
    "command",
    [
        ("rollback", "--yes", "--to", ""),
        ("restart", "--yes", "--stack", ""),
        ("restart", "--yes", "--environment", " "),
        ("restart", "--yes", "--ecs-service", ""),
        ("scale", "1", "--yes", "--region", ""),
        ("scale", "1", "--yes", "--aws-profile", ""),
        ("exec", "--task", ""),
        ("exec", "--service", ""),
        ("logs", "--service", ""),
    ],
    ids=lambda words: f"{words[0]} {words[-2]}",
)
def test_an_empty_option_is_no_wish_for_the_default(aws, run, command):
    result = run(*command)

    assert result.exit_code == 1
    assert f"{command[-2]}" in result.stderr
    assert "it is empty; leave the option out for the default" in result.stderr
    assert aws.calls == []
