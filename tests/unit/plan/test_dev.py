"""The process that stands for a service on a developer's machine."""

import pytest

from serverless_containers.plan.model import DevPlan

PLACE = "services.web.x-serverless-containers.dev"


def test_a_line_is_for_a_shell_and_starts_in_the_folder_of_the_build(plan, project):
    planned = plan(
        """
        services:
          web:
            build: ./web
            ports: ["80"]
            x-serverless-containers: {dev: {command: npm run dev}}
        """,
        dockerfiles={"web/Dockerfile": "FROM x\n"},
    )
    assert planned["web"].dev == DevPlan(
        command=("/bin/sh", "-c", "npm run dev"), directory=str(project.path / "web")
    )


def test_it_says_all(plan_service, project):
    project.write("src/a", "")
    planned = plan_service("""
        x-serverless-containers:
          exclusive: true
          dev:
            command: [node, --port, 8080]
            directory: src
            ready: http://localhost:8080/health?deep
            ports: {PORT: 8080, DB_PORT: 5432}
        """)
    assert planned["web"].dev == DevPlan(
        command=("node", "--port", "8080"),
        directory=str(project.path / "src"),
        ready="http://localhost:8080/health?deep",
        ports={"PORT": 8080, "DB_PORT": 5432},
    )
    assert planned.plan.exclusive.service == "web"


def test_without_a_build_it_starts_in_the_project(plan_service, project):
    planned = plan_service("x-serverless-containers: {dev: {command: 'echo $$PORT', ready: 8080}}")
    assert planned["web"].dev == DevPlan(
        command=("/bin/sh", "-c", "echo $PORT"), directory=str(project.path), ready="8080"
    )


def test_no_service_has_to_name_one(plan_service):
    assert plan_service("x-serverless-containers: {exclusive: true}")["web"].dev is None


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("run", f"{PLACE}: expected a mapping of command, directory, ready, ports, got 'run'"),
        ("{}", f'{PLACE}: a process has a command; add one: command: "npm run dev"'),
        (
            "{comand: x, command: y}",
            f"{PLACE}.comand: there is no setting of this name; the settings are command, "
            "directory, ready, ports; did you mean 'command'?",
        ),
        *(
            (
                f"{{command: {value}}}",
                f"{PLACE}.command: expected a line for a shell, or a list of a program and its "
                f"arguments, got {quoted}",
            )
            for value, quoted in (
                ("1", "1"),
                ("' '", "' '"),
                ("[]", "a list"),
                ("[a, [b]]", "a list"),
                ("['']", "a list"),
                ("{a: b}", "a mapping"),
            )
        ),
        (
            "{command: x, directory: [a]}",
            f"{PLACE}.directory: expected a folder, got a list",
        ),
        *(
            (
                f"{{command: x, ready: {value}}}",
                f"{PLACE}.ready: expected the URL of an answer, like http://localhost:8080/health, "
                f"or a port, got {quoted}",
            )
            for value, quoted in (
                ("http://example.com/", "'http://example.com/'"),
                ("https://localhost/", "'https://localhost/'"),
                ("http://a@localhost/", "'http://a@localhost/'"),
                ("'http://localhost:x/'", "'http://localhost:x/'"),
                ("'http://localhost:0/'", "'http://localhost:0/'"),
                ("0", "0"),
                ("65536", "65536"),
                ("true", "True"),
                ("[1]", "a list"),
            )
        ),
        (
            "{command: x, ports: [80]}",
            f"{PLACE}.ports: expected a mapping of variables to ports of the container, like "
            "{PORT: 8080}, got a list",
        ),
        (
            "{command: x, ports: {8-0: 80}}",
            f"{PLACE}.ports.8-0: expected the name of a variable, got '8-0'; the variable comes "
            "first: {PORT: 8080}",
        ),
        (
            "{command: x, ports: {PORT: web}}",
            f"{PLACE}.ports.PORT: expected a port from 1 to 65535, got 'web'",
        ),
    ],
)
def test_what_is_mistaken_is_named_with_its_place(plan_service, given, message):
    (found,) = plan_service(f"x-serverless-containers: {{dev: {given}}}").messages(
        "setting-invalid"
    )
    place, _, text = found.partition(": ")
    assert place.startswith("docker-compose.yml:5:")
    assert text == message


def test_a_folder_that_is_not_there_is_named_with_where_it_was_looked_for(plan_service, project):
    (found,) = plan_service(
        "x-serverless-containers: {dev: {command: x, directory: src}}"
    ).messages("setting-invalid")
    assert found == (
        f"docker-compose.yml:5:60: {PLACE}.directory: there is no folder 'src'; a relative path "
        f"starts at {project.path}"
    )
