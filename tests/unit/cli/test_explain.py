"""``serverless-containers explain``."""

import json
import re


def keys_of(text):
    """The lines about keys, which follow those about decisions."""
    return [line for line in text.splitlines() if re.match(r"\S+:\d+:\d+: ", line)]


def paragraph(text, title):
    """The decisions about the task or a service, in one line each."""
    lines = text.partition(f"{title}\n")[2].partition("\n\n")[0].splitlines()
    return [
        " ".join(each.split()) for each in re.sub(r"\n {12}", " ", "\n".join(lines)).split("\n")
    ]


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
    assert keys_of(result.stdout) == [
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
    # AND they are not all that there may be
    assert "check shows them with all that it finds besides" in result.stderr


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
    lines = keys_of(run("explain").stdout)
    task = "AWS::ECS::TaskDefinition ContainerDefinitions[web]"
    assert "compose.yaml:3:5: services.web.extends -> what it adds to the service" in lines
    assert f"compose.yaml:4:5: services.web.env_file -> {task}.Environment" in lines
    assert f"base.yaml:1:33: services.web.user -> {task}.User" in lines
    assert not any("off" in line for line in lines)
    assert len(lines) == len(set(lines))


def test_a_lone_dockerfile_is_told(run):
    run.write("Dockerfile", "FROM nginx\nEXPOSE 80\nHEALTHCHECK CMD true\n")
    lines = keys_of(run("explain").stdout)
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
    assert [entry for entry in told if entry["class"] != "decision"][1] == {
        "file": "compose.yaml",
        "line": 1,
        "column": 18,
        "key": "services.web.image",
        "class": "mapped",
        "becomes": "AWS::ECS::TaskDefinition ContainerDefinitions[web].Image",
    }
    assert [entry["key"] for entry in told[-2:]] == ["dev-Api.resources"] * 2


DECIDED = """\
services:
  web:
    build: {context: ./app, target: prod}
    ports: ["8080:80"]
    depends_on: {db: {condition: service_healthy}, job: {condition: service_started}}
    secrets: [DB_PASSWORD]
    volumes:
      - ./nginx.conf:/etc/nginx/nginx.conf:ro
      - uploads:/srv/uploads
      - /srv/cache
  db:
    image: postgres:17
    healthcheck: {test: pg_isready}
    volumes: [data:/var/lib/postgresql/data]
    deploy: {resources: {limits: {memory: 1G}, reservations: {cpus: "0.5"}}}
    configs: [{source: tuning, target: /etc/tuning/db.conf}]
  job:
    image: public.ecr.aws/shop/job:1
    cpus: 0.25
    mem_limit: 256m
    volumes: ["./rules.txt:/etc/rules.txt:ro"]
volumes: {data: , uploads: }
configs: {tuning: {content: a}}
secrets:
  DB_PASSWORD: {file: ../.secret-db}
"""


def test_the_decisions_of_the_task_and_of_each_service_are_told(run):
    run.write("compose.yaml", DECIDED)
    run.write("app/Dockerfile", "FROM nginx:1.29 AS prod\n")
    run.write("nginx.conf", "a")
    run.write("rules.txt", "a")
    result = run("explain", "--decisions")
    assert result.exit_code == 0, result.stderr
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert paragraph(result.stdout, "the task") == [
        "traffic web receives it, on port 80 (no other service publishes a port that may speak "
        "HTTP)",
        "size 1024 CPU units and 2048 MiB (the smallest of Fargate's that holds 1024 CPU units and "
        "1792 MiB)",
        "tasks as many as the construct says (the files say no replicas)",
        "rollout the old task is asked to stop before the new one starts (db must not run twice on "
        "its data)",
        "container files (it writes files and names before the others start)",
    ]
    assert paragraph(result.stdout, "\nweb") == [
        "image built from ./app with Dockerfile, its stage prod, into Amazon ECR",
        "ports 80/tcp (ports; the traffic comes to 80)",
        "size counts for 256 CPU units and 512 MiB (nothing names its CPU and memory)",
        "copied ./nginx.conf -> /etc/nginx/nginx.conf (what is mounted at /etc/nginx/nginx.conf is "
        "copied into the image, after all that the Dockerfile does)",
        "volume uploads -> /srv/uploads, folder /uploads of Amazon EFS (a named volume outlives "
        "tasks)",
        "volume /srv/cache, on the task's disk (it is gone with the task)",
        "secret variable DB_PASSWORD, from here/DB_PASSWORD in AWS Secrets Manager (`secrets push` "
        "writes it)",
        "waits for db, once it is healthy",
        "waits for job, once it is started",
    ]
    assert paragraph(result.stdout, "\ndb") == [
        "image postgres:17, pulled as it is",
        "size counts for 512 CPU units and 1024 MiB (deploy.resources.reservations.cpus and "
        "deploy.resources.limits.memory)",
        "volume data -> /var/lib/postgresql/data, folder /data of Amazon EFS (a named volume "
        "outlives tasks)",
        "file /etc/tuning/db.conf (the config tuning)",
    ]
    assert paragraph(result.stdout, "\njob")[:2] == [
        "image built on public.ecr.aws/shop/job:1, with the files below, into Amazon ECR (files "
        "that are mounted are copied into it)",
        "size counts for 256 CPU units and 256 MiB (cpus and mem_limit)",
    ]


def test_the_reason_of_a_choice_is_told(run):
    run.write(
        "compose.yaml",
        "services:\n"
        "  web: {image: x, ports: ['8080:8080']}\n"
        "  admin: {image: y, ports: ['9999:9999']}\n",
    )
    result = run("explain", "--decisions")
    (traffic, *_) = paragraph(result.stdout, "the task")
    assert traffic == (
        "traffic web receives it, on port 8080 (it alone is published on 80, 443, 8080, 8000 or "
        "3000)"
    )


def test_decisions_as_json_have_their_reasons_and_places(run):
    run.write("compose.yaml", "services: {web: {image: nginx, ports: ['80']}}")
    told = json.loads(run("explain", "--decisions", "--json").stdout)
    assert told[0] == {
        "file": "compose.yaml",
        "line": 1,
        "column": 11,
        "key": "services",
        "class": "decision",
        "service": "",
        "subject": "traffic",
        "becomes": "web receives it, on port 80",
        "why": "no other service publishes a port that may speak HTTP",
    }
    assert {(each["service"], each["subject"]) for each in told[1:]} == {
        ("", "size"), ("", "tasks"), ("web", "image"), ("web", "ports"), ("web", "size"),
    }  # fmt: skip


def test_a_choice_and_a_setting_are_the_reasons_of_the_entrypoint(run):
    services = "services: {a: {image: a:1, ports: ['80']}, b: {image: b:1, ports: ['90']}}\n"
    run.write("compose.yaml", services)
    assert "a receives it, on port 80 (" in run("explain").stdout
    run.write("compose.yaml", f"x-serverless-containers: {{entrypoint: b, cpu: 1024}}\n{services}")
    text = run("explain").stdout
    assert "b receives it, on port 90 (x-serverless-containers names the entrypoint)" in " ".join(
        text.split()
    )
    assert "1024 CPU units and 2048 MiB (x-serverless-containers names cpu)" in text


def test_no_value_is_told(run):
    run.write(
        "compose.yaml",
        "services: {web: {image: nginx, environment: {A: hidden-1}, ports: ['80']}}",
    )
    assert "hidden-1" not in run("explain").stdout


def test_without_a_plan_there_are_keys_alone(run):
    run.write("compose.yaml", "services: {web: {image: nginx, privileged: true}}")
    result = run("explain")
    assert result.exit_code == 0
    assert "check shows" in result.stderr
    assert keys_of(result.stdout) == result.stdout.splitlines()


def test_a_picture_shows_each_resource_once(run):
    run.write("compose.yaml", "services: {web: {image: 'nginx:1.29', ports: ['80']}}\n")
    stack = {"VariablesOfContainers": "STORAGE_POSTS_ARN, STORAGE_POSTS_NAME"}
    run.write("out.json", json.dumps({"api": stack, "site": stack}))
    done = run("explain", "--format", "mermaid", "--outputs", "out.json")
    assert done.exit_code == 0, done.output
    assert done.output.startswith("flowchart LR\n")
    assert done.output.count("Amazon DynamoDB table") == 1
    assert done.output.count("STORAGE_POSTS_NAME") == 1


def test_no_picture_is_drawn_of_errors(run):
    run.write("compose.yaml", "services: {web: {image: a, ports: ['80'], privileged: true}}\n")
    done = run("explain", "--format", "mermaid")
    assert done.exit_code == 1
    assert done.output == "Error: no picture: the project has errors, which check shows\n"
