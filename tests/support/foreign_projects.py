"""Projects of other tools as people have them: files by their names."""

_DOCKERFILE = "FROM public.ecr.aws/nginx/nginx:1.29\nUSER 101:101\nEXPOSE 8080\n"

COPILOT = {
    # As `copilot init` leaves it.
    "first": {
        "copilot/.workspace": "application: first\n",
        "Dockerfile": _DOCKERFILE,
        "copilot/web/manifest.yml": """\
# The manifest for the "web" service.
name: web
type: Load Balanced Web Service

http:
  path: '/'

image:
  build: Dockerfile
  port: 8080

cpu: 256
memory: 512
count: 1
exec: true
network:
  connect: true
""",
    },
    # Several services, environments, a job, an addon.
    "shop": {
        "copilot/.workspace": "application: shop\n",
        "frontend/docker/Dockerfile": _DOCKERFILE.replace(":1.29", ":1.29 AS run"),
        "orders/Dockerfile": _DOCKERFILE,
        "mail/Dockerfile": _DOCKERFILE,
        "mail/.env": "LEVEL=info\n",
        "copilot/environments/prod/manifest.yml": """\
name: prod
type: Environment
network:
  vpc: {id: vpc-0123, subnets: {public: [{id: subnet-1}, {id: subnet-2}]}}
cdn: true
""",
        "copilot/environments/test/manifest.yml": "name: test\ntype: Environment\n",
        "copilot/frontend/manifest.yml": """\
name: frontend
type: Load Balanced Web Service
http:
  path: '/'
  healthcheck:
    path: '/_health'
    port: 8080
    success_codes: '200,301'
    healthy_threshold: 3
    unhealthy_threshold: 2
    interval: 15s
    timeout: 10s
    grace_period: 2m
  deregistration_delay: 50s
  stickiness: true
  alias: shop.example.com
  allowed_source_ips: ["192.0.2.0/24"]
  redirect_to_https: true
image:
  build:
    context: ./frontend
    dockerfile: ./frontend/docker/Dockerfile
    target: run
    cache_from: [alpine]
    args: {VERSION: 1.2}
  port: 8080
  labels: {team: web}
  depends_on: {proxy: healthy}
  healthcheck:
    command: ["CMD-SHELL", "curl -f http://localhost:8080 || exit 1"]
    interval: 10s
    retries: 2
    timeout: 5s
    start_period: 0s
cpu: 512
memory: 1024
platform: linux/arm64
count:
  range: 2-10
  cooldown: {in: 30s}
  cpu_percentage: 70
  memory_percentage: {value: 80, cooldown: {out: 10s}}
  requests: 1000
  response_time: 2s
exec: true
entrypoint: ["/bin/sh", "-c"]
command: "exec serve"
variables:
  STAGE: ${COPILOT_ENVIRONMENT_NAME}
  PRICE: "$5"
  LITERAL: '\\${NAME}'
  DEBUG: true
  PORT: 8080
  TOPIC: {from_cfn: shop-topic}
secrets:
  TOKEN: /copilot/${COPILOT_APPLICATION_NAME}/${COPILOT_ENVIRONMENT_NAME}/secrets/token
  DB_PASSWORD: {secretsmanager: 'mysql:password::'}
  OLD: {secretsmanager: 'mysql:password:AWSPREVIOUS:'}
  EXPORTED: {from_cfn: shop-secret}
  ARN: arn:aws:ssm:eu-west-1:123456789012:parameter/shop/arn
storage:
  ephemeral: 50
  readonly_fs: false
  volumes:
    data: {path: /var/data, read_only: false, efs: true}
    old:
      path: /var/old
      efs: {id: fs-0123, root_dir: /, auth: {iam: true}}
    scratch: {path: /scratch, read_only: false}
sidecars:
  proxy:
    image: {build: mail/Dockerfile}
    port: 2000/udp
    essential: false
    credentialsParameter: arn:aws:secretsmanager:eu-west-1:123456789012:secret:hub
    variables: {LEVEL: info}
    secrets: {TOKEN: proxy-token}
    healthcheck: {command: "true"}
    mount_points:
      - {source_volume: data, path: /data}
publish:
  topics: [{name: orders}]
logging: {retention: 7}
observability: {tracing: awsxray}
taskdef_overrides: [{path: Cpu, value: 512}]
nlb: {port: 8080/tls}
network:
  vpc: {placement: private, security_groups: [sg-0123]}
colour: blue
environments:
  prod:
    count: 3
    cpu: 1024
    memory: 2048
    variables: {STAGE: production}
    http: {healthcheck: /other}
    image: {port: 9090}
""",
        "copilot/frontend/addons/storage.yml": """\
Parameters: {App: {Type: String}}
Resources:
  Posts:
    Type: AWS::DynamoDB::Table
    Properties: {TableName: !Sub '${App}-posts', Tags: !Ref App}
  Media: {Type: AWS::S3::Bucket}
Outputs:
  Name: {Value: !GetAtt Posts.Arn}
""",
        "copilot/frontend/addons/addons.parameters.yml": "Parameters: {App: !Ref App}\n",
        "copilot/frontend/overrides/cfn.patches.yml": "[]\n",
        "copilot/orders/manifest.yml": """\
name: orders
type: Backend Service
image:
  build: {dockerfile: orders/Dockerfile}
  port: 8080
count: {range: {min: 1, max: 4}, cpu_percentage: 50, requests: 10}
deployment: {rolling: recreate, rollback_alarms: {cpu_utilization: 70}}
""",
        "copilot/mail/manifest.yml": """\
name: mail
type: Worker Service
image: {build: mail/Dockerfile}
env_file: mail/.env
subscribe: {topics: [{name: orders, service: frontend}]}
count: {range: 1-5, queue_delay: {acceptable_latency: 1m, msg_processing_time: 250ms}}
""",
        "copilot/report/manifest.yml": """\
name: report
type: Scheduled Job
image: {build: mail/Dockerfile}
on: {schedule: "@daily"}
""",
        "copilot/pages/manifest.yml": "name: pages\ntype: Static Site\nfiles: [{source: x}]\n",
        "copilot/pipelines/main/manifest.yml": "name: main\n",
    },
    # An image that exists, and another one in production.
    "image": {
        "copilot/.workspace": "application: image\n",
        "Dockerfile": _DOCKERFILE,
        "copilot/web/manifest.yml": """\
name: web
type: Load Balanced Web Service
image:
  location: public.ecr.aws/nginx/nginx:1.29
  port: 80
http: {path: web, version: grpc, target_port: 80}
count: {spot: 2}
environments:
  test:
  prod:
    image: {build: Dockerfile}
    count: {range: 1-3, cpu_percentage: 50}
""",
    },
    # App Runner's, which takes no new customers.
    "runner": {
        "copilot/.workspace": "application: runner\n",
        "Dockerfile": _DOCKERFILE,
        "copilot/web/manifest.yml": """\
name: web
type: Request-Driven Web Service
image: {build: ./Dockerfile, port: 8080}
http: {healthcheck: /health, alias: web.example.com}
tags: {owner: web}
variables: {TAG: "${TAG}"}
""",
    },
    # A worker that polls, with anchors, and without a file .workspace.
    "poller": {
        "Dockerfile": _DOCKERFILE,
        "copilot/poller/manifest.yml": """\
name: poller
type: Worker Service
image: &image
  location: public.ecr.aws/docker/library/busybox:1.37
command: [poll, --forever]
variables: &variables {QUEUE: jobs}
environments:
  test: {variables: *variables}
  prod: {variables: {QUEUE: important}}
""",
    },
}

_COMPOSE = """\
version: "3.8"
services:
  express:
    build: {context: ./express, dockerfile: Dockerfile}
    ports: ["8080:8080"]
    depends_on: [python]
    secrets: [PASS]
  python:
    image: public.ecr.aws/docker/library/python:3.12
    ports: ["5000:5000"]
secrets:
  PASS:
    file: ../secrets/.secret-pass
"""
_NO_POLICIES = '[{"Action": [], "Resource": []}]'


def _config(**api):
    import json  # noqa: PLC0415

    entry = {"service": "ElasticContainer", "providerPlugin": "awscloudformation", **api}
    return json.dumps({"api": {"posts": entry}}, indent=2)


_API = "amplify/backend/api/posts"

AMPLIFY = {
    # The template "ExpressJS" of one container.
    "dockerfile": {
        f"{_API}/src/Dockerfile": _DOCKERFILE,
        f"{_API}/src/buildspec.yml": "version: 0.2\n",
        f"{_API}/custom-policies.json": _NO_POLICIES,
        "amplify/backend/backend-config.json": _config(
            deploymentMechanism="FULLY_MANAGED", restrictAccess=False, dependsOn=[]
        ),
    },
    # The template "Docker Compose": two containers, secrets, storage, users.
    "compose": {
        f"{_API}/src/docker-compose.yml": _COMPOSE,
        f"{_API}/src/express/Dockerfile": _DOCKERFILE,
        f"{_API}/src/express/node_modules/left/index.js": "1\n",
        f"{_API}/secrets/.secret-pass": "sesame",
        f"{_API}/custom-policies.json": '[{"Effect": "Allow", "Action": ["s3:GetObject"], '
        '"Resource": ["arn:aws:s3:::reports-${env}/*"]}]',
        f"{_API}/posts-cloudformation-template.json": "{}",
        f"{_API}/parameters.json": '{"ParamZipPath": ""}',
        "amplify/team-provider-info.json": '{"prod": {}, "dev": {"awscloudformation": {}}}',
        "amplify/backend/backend-config.json": _config(
            deploymentMechanism="FULLY_MANAGED",
            restrictAccess=True,
            exposedContainer={"name": "express", "port": 8080},
            dependsOn=[
                {"category": "storage", "resourceName": "posts", "attributes": ["Name"]},
                {"category": "auth", "resourceName": "users", "attributes": ["UserPoolId"]},
            ],
            categoryPolicies=[{}],
        ),
    },
    # Pushed to ECR by somebody's own pipeline.
    "self-managed": {
        f"{_API}/src/docker-compose.yaml": "services:\n  web:\n    build: .\n    ports: ['8080']\n",
        f"{_API}/src/Dockerfile": _DOCKERFILE,
        "amplify/backend/backend-config.json": _config(deploymentMechanism="SELF_MANAGED"),
    },
    # Built from GitHub.
    "github": {
        f"{_API}/src/Dockerfile": _DOCKERFILE,
        "amplify/backend/backend-config.json": _config(
            deploymentMechanism="INDENPENDENTLY_MANAGED",
            gitHubInfo={"path": "https://github.com/acme/shop", "tokenSecretArn": "arn"},
        ),
    },
    # GraphQL, with its own settings in the Compose file, and no configuration of Amplify's.
    "graphql": {
        f"{_API}/src/docker-compose.yml": "x-serverless-containers: {entrypoint: apollo}\n"
        "services:\n  apollo: {build: apollo, ports: ['4000']}\n"
        "  cache: {image: 'public.ecr.aws/docker/library/redis:8', expose: ['6379']}\n",
        f"{_API}/src/apollo/Dockerfile": _DOCKERFILE,
    },
}


def write(folder, files):
    """Write a project into a folder."""
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, bytes):
            file.write_bytes(text)
        else:
            file.write_text(text, encoding="utf-8")
