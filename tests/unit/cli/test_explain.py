"""``serverless-containers explain``."""

import json


def test_each_key_says_what_it_became(run):
    run.write(
        "compose.yaml",
        """\
        name: shop
        services:
          web:
            image: nginx
            ports: ["80"]
            hostname: web-1
            deploy:
              replicas: 2
        """,
    )
    result = run("explain")
    assert result.exit_code == 0
    task = "AWS::ECS::TaskDefinition ContainerDefinitions[web]"
    assert result.stdout.splitlines() == [
        "compose.yaml:1:1: name -> the names of secrets, and descriptions",
        "compose.yaml:2:1: services -> AWS::ECS::TaskDefinition ContainerDefinitions",
        f"compose.yaml:4:5: services.web.image -> {task}.Image",
        f"compose.yaml:5:5: services.web.ports -> {task}.PortMappings",
        "compose.yaml:6:5: services.web.hostname -> the task's /etc/hosts",
        "compose.yaml:7:5: services.web.deploy -> Service, TaskDefinition and container",
        "compose.yaml:8:7: services.web.deploy.replicas -> AWS::ECS::Service DesiredCount",
    ]


def test_the_laptops_override_is_left_out(run):
    run.write("compose.yaml", "services: {web: {image: nginx}}")
    run.write("compose.override.yaml", "services: {web: {user: root}}")
    assert "user" not in run("explain").stdout


def test_errors_go_to_stderr(run):
    run.write("compose.yaml", "services: {web: {image: [nginx]}}")
    result = run("explain")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "compose.yaml:1:25: services.web.image" in result.stderr


OUTPUTS = """\
{
  "dev-Api": {
    "Url": "https://api.example",
    "VariablesOfContainers": "STORAGE_POSTS_ARN, STORAGE_POSTS_NAME"
  },
  "dev-Network": {}
}
"""


def test_the_variables_of_resources_come_from_the_outputs_of_a_deployment(run):
    run.write("compose.yaml", "services: {web: {image: nginx}}")
    run.write("outputs.json", OUTPUTS)
    result = run("explain", "--outputs", "outputs.json")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-2:] == [
        "outputs.json:4:30: dev-Api.resources -> STORAGE_POSTS_ARN in every container",
        "outputs.json:4:30: dev-Api.resources -> STORAGE_POSTS_NAME in every container",
    ]


def test_outputs_that_are_not_there_are_told_with_the_way_out(run):
    run.write("compose.yaml", "services: {web: {image: nginx}}")
    result = run("explain", "--outputs", "none.json")
    assert result.exit_code == 1
    assert "cdk deploy 'dev/*' --outputs-file none.json" in result.stderr


def test_keys_that_the_reader_resolves_are_told(run):
    run.write("a.env", "A=1\n")
    run.write("base.yaml", "services: {base: {image: nginx, user: root}}\n")
    run.write(
        "compose.yaml",
        """\
        services:
          web:
            extends: {file: base.yaml, service: base}
            env_file: a.env
          off:
            profiles: [off]
            image: nginx
            env_file: a.env
        """,
    )
    lines = run("explain").stdout.splitlines()
    task = "AWS::ECS::TaskDefinition ContainerDefinitions[web]"
    assert "compose.yaml:3:5: services.web.extends -> what it adds to the service" in lines
    assert f"compose.yaml:4:5: services.web.env_file -> {task}.Environment" in lines
    assert f"base.yaml:1:33: services.web.user -> {task}.User" in lines
    assert not any("off" in line for line in lines)
    assert len(lines) == len(set(lines))


def test_a_lone_dockerfile_is_told(run):
    run.write("Dockerfile", "FROM nginx\nEXPOSE 80\nHEALTHCHECK CMD true\n")
    lines = run("explain").stdout.splitlines()
    assert [line.partition(" ContainerDefinitions")[0] for line in lines] == [
        "Dockerfile:1:1: FROM -> AWS::ECS::TaskDefinition",
        "Dockerfile:2:8: EXPOSE -> AWS::ECS::TaskDefinition",
        "Dockerfile:3:1: HEALTHCHECK -> AWS::ECS::TaskDefinition",
    ]
    assert [line.rpartition(".")[2] for line in lines] == ["Image", "PortMappings", "HealthCheck"]


def test_as_json(run):
    run.write("compose.yaml", "services: {web: {image: nginx, ipc: private}}")
    run.write("outputs.json", OUTPUTS)
    told = json.loads(run("explain", "--format", "json", "--outputs", "outputs.json").stdout)
    assert told[1] == {
        "file": "compose.yaml",
        "line": 1,
        "column": 18,
        "key": "services.web.image",
        "class": "mapped",
        "becomes": "AWS::ECS::TaskDefinition ContainerDefinitions[web].Image",
    }
    assert [entry["key"] for entry in told[-2:]] == ["dev-Api.resources"] * 2
