"""``x-serverless-containers``."""

import pytest


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (
            "{cpus: 256}",
            "docker-compose.yml:1:27: x-serverless-containers.cpus: there is no setting of this "
            "name; the settings are entrypoint, port, cpu, memory, secrets, names, suppress, pack; "
            "did you mean 'cpu'?",
        ),
        (
            "{cpu: lots}",
            "docker-compose.yml:1:32: x-serverless-containers.cpu: expected a whole number, got "
            "'lots'",
        ),
        (
            "{port: true}",
            "docker-compose.yml:1:33: x-serverless-containers.port: expected a whole number, got "
            "True",
        ),
        (
            "{entrypoint: [web]}",
            "docker-compose.yml:1:39: x-serverless-containers.entrypoint: expected a string, got "
            "a list",
        ),
        (
            "web",
            "docker-compose.yml:1:26: x-serverless-containers: expected a mapping of entrypoint, "
            "port, cpu, memory, secrets, names, suppress, pack",
        ),
    ],
)
def test_a_wrong_setting_is_refused(plan, setting, message):
    planned = plan(
        f"x-serverless-containers: {setting}\nservices: {{web: {{image: x, ports: ['80']}}}}"
    )
    assert planned.messages("setting-invalid") == [message]


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
