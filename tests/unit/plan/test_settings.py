"""``x-serverless-containers``."""

import pytest


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (
            "{cpus: 256}",
            "docker-compose.yml:1:27: x-serverless-containers.cpus: there is no setting of this "
            "name; the settings are entrypoint, port, cpu, memory, secrets, names, "
            "strict, suppress, pack; "
            "did you mean 'cpu'?",
        ),
        (
            "{cpu: lots}",
            "docker-compose.yml:1:32: x-serverless-containers.cpu: expected a whole number, got "
            "'lots'",
        ),
        (
            "{port: true}",
            "docker-compose.yml:1:33: x-serverless-containers.port: expected a whole number from 1 "
            "to 65535, got True",
        ),
        (
            "{entrypoint: [web]}",
            "docker-compose.yml:1:39: x-serverless-containers.entrypoint: expected a string, got "
            "a list",
        ),
        (
            "web",
            "docker-compose.yml:1:26: x-serverless-containers: expected a mapping of entrypoint, "
            "port, cpu, memory, secrets, names, strict, suppress, pack",
        ),
    ],
)
def test_a_wrong_setting_is_refused(plan, setting, message):
    planned = plan(
        f"x-serverless-containers: {setting}\nservices: {{web: {{image: x, ports: ['80']}}}}"
    )
    assert planned.messages("setting-invalid") == [message]


@pytest.mark.parametrize("port", [0, -1, 70000])
def test_a_port_that_is_none_is_refused_where_there_are_no_ports(plan, port):
    planned = plan(f"""
        x-serverless-containers: {{port: {port}}}
        services: {{web: {{image: x}}}}
        """)
    assert planned.messages("setting-invalid") == [
        "docker-compose.yml:2:33: x-serverless-containers.port: expected a whole number from 1 to "
        f"65535, got {port}"
    ]


@pytest.mark.parametrize("port", [1, 65535])
def test_a_lone_service_without_ports_takes_the_one_of_the_setting(plan, port):
    planned = plan(f"""
        x-serverless-containers: {{port: {port}}}
        services: {{web: {{image: x}}}}
        """)
    assert (planned.plan.entrypoint, planned.plan.port) == ("web", port)


def test_all_settings(plan):
    planned = plan("""
        x-serverless-containers: {entrypoint: a, port: 81, cpu: 1024, memory: 3072}
        services: {a: {image: x, ports: ["80", "81"]}, b: {image: x, ports: ["90"]}}
        """)
    assert (planned.plan.entrypoint, planned.plan.port) == ("a", 81)
    assert str(planned.plan.size) == "1024/3072"


@pytest.mark.parametrize("setting", ["{cpu: 256}", "files"])
def test_a_service_has_one_setting(plan_service, setting):
    (message,) = plan_service(f"x-serverless-containers: {setting}").messages("setting-invalid")
    assert "services.web.x-serverless-containers" in message
    assert "exclusive" in message
