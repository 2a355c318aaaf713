"""A task of more containers than ECS takes is refused, those of this library counted."""

import pytest
from aws_cdk import Duration

from serverless_containers import InvalidSourceError

FIRELENS = "logging: {driver: awsfirelens, options: {Name: cloudwatch}}"
DELAY, NO_DELAY = {"stop_delay": Duration.seconds(10)}, {"stop_delay": Duration.seconds(0)}


def services(number, keys=""):
    others = "".join(f"  s{each}: {{image: x}}\n" for each in range(number - 1))
    return (
        "x-serverless-containers: {names: none}\n"
        f"services:\n  web: {{image: x, ports: ['80'], {keys}}}\n{others}"
    )


def test_nine_services_a_log_router_and_the_stop_delay_are_eleven(deploy):
    with pytest.raises(InvalidSourceError) as caught:
        deploy(services(9, FIRELENS), **DELAY)
    assert str(caught.value) == (
        "docker-compose.yml:3:3: services: one task would have 11 containers, and holds at most "
        "10: 9 services, log-router (takes what awsfirelens logs), stop-delay (keeps a task "
        "serving while it is taken out of service); use another log driver, pass "
        "stop_delay=Duration.seconds(0), leave services out with profiles, or deploy several "
        "projects"
    )


def test_without_the_delay_they_fit(deploy):
    assert len(deploy(services(9, FIRELENS), **NO_DELAY).containers()) == 10


def test_ten_services_and_the_stop_delay_are_eleven(deploy):
    with pytest.raises(InvalidSourceError, match=r"11 containers.*10 services, stop-delay"):
        deploy(services(10), **DELAY)
    assert len(deploy(services(10), **NO_DELAY).containers()) == 10


def test_nine_services_and_the_stop_delay_are_ten(deploy):
    assert "stop-delay" in deploy(services(9), **DELAY).containers()


def test_where_no_container_fits_an_ingress_adds_no_delay_by_itself(deploy, by_design):
    assert len(deploy(services(10)).containers()) == 10
    assert ("stop-delay" in deploy(services(9)).containers()) == by_design(api=True, hosting=False)


def test_names_come_before_the_delay(deploy):
    nine = services(9).replace("names: none", "names: hosts")
    containers = deploy(nine).containers()
    assert "files" in containers
    assert "stop-delay" not in containers
    with pytest.raises(InvalidSourceError, match=r"9 services, files .*, stop-delay"):
        deploy(nine, **DELAY)


def test_files_a_router_and_the_delay_count_together(deploy):
    text = services(8, f"{FIRELENS}, configs: [{{source: a, target: /a/b}}]")
    with pytest.raises(InvalidSourceError, match=r"8 services, files .* log-router .* stop-"):
        deploy(f"{text}configs: {{a: {{content: x}}}}\n", **DELAY)
