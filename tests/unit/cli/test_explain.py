"""``serverless-containers explain``."""


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
