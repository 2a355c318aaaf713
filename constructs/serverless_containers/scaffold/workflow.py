"""A workflow of GitHub's that checks, synthesizes and deploys an app."""

import json
import shlex

import yaml

from serverless_containers.scaffold.model import AppSpec, Service
from serverless_containers.toolchain import PINNED_CDK_CLI


def workflow_path(app: AppSpec) -> str:
    """Return the path of the workflow from the repository's root, which may have several apps."""
    return f".github/workflows/deploy-{app.name.lower()}.yml"


def workflow_text(app: AppSpec, folder: str) -> str:
    """Return the workflow.

    Args:
        app: The app.
        folder: The app's folder as a POSIX path from the repository's root.
    """
    environments: list[str | None] = [each.name for each in app.environments]
    checks = "".join(
        f"      - run: {_scalar(_check(service, name))}\n"
        for service in app.services
        for name in environments or [None]
    )
    if app.environments:
        first = app.environments[0].name
        names = ", ".join(_scalar(each.name) for each in app.environments)
        choice = (
            "    inputs:\n      environment:\n        type: choice\n"
            f"        options: [{names}]\n        default: {_scalar(first)}\n"
        )
        environment = f"${{{{ inputs.environment || '{first}' }}}}"
        stacks = '-c "environment=$ENVIRONMENT" "$ENVIRONMENT/*"'
    else:
        choice, environment, stacks = "", "production", "--all"
    variables = f"    env:\n      ENVIRONMENT: {environment}\n" if app.environments else ""
    return _TEXT.format(
        name=app.name,
        also="" if app.region else ", and AWS_REGION the region",
        choice=choice,
        folder=_scalar(folder),
        setup=_SETUP,
        credentials=_CREDENTIALS,
        checks=checks,
        cdk=PINNED_CDK_CLI,
        environment=environment,
        variables=variables,
        stacks=stacks,
        region=app.region or "${{ vars.AWS_REGION }}",
    )


def _check(service: Service, environment: str | None) -> str:
    of = f" --environment {environment}" if environment else ""
    source = shlex.quote(service.source)
    return f"serverless-containers check {source} --{service.kind.name.lower()}{of}"


def _scalar(text: str) -> str:
    """Return text as a scalar of YAML, where the expressions of a workflow mean themselves."""
    plain = all(each.isalnum() or each in "._-/ " for each in text)
    # What YAML takes for a list, a number or a truth is quoted, too.
    plain = plain and text.strip() == text and yaml.safe_load(text) == text
    return text if plain else json.dumps(text.replace("${{", "${{ '${{' }}"), ensure_ascii=False)


_SETUP = """\
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - uses: actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0
        with:
          python-version: "3.13"
      - uses: actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0
        with:
          node-version: 24
      - run: pip install -r requirements.txt
"""
"""The first steps of each job."""
_CREDENTIALS = (
    "aws-actions/configure-aws-credentials@e6de054238d6b7531b4efff3b6587d9aade6a06c # v6.2.3"
)
_TEXT = """\
# Checks and synthesizes each change, and deploys what is on main, signed in by OpenID Connect:
# the variable AWS_ROLE_ARN of the GitHub environment names a role that trusts this
# repository{also}.
# Its subject ends with :environment:NAME; whether it has the ids of the repository, too, is in
# "OpenID Connect reference", GitHub Docs.
name: deploy {name}
on:
  pull_request:
  push:
    branches: [main]
  workflow_dispatch:
{choice}
permissions:
  contents: read

defaults:
  run:
    working-directory: {folder}

jobs:
  synth:
    runs-on: ubuntu-latest
    timeout-minutes: 20
    steps:
{setup}{checks}      - run: python -m pytest
      - run: npx --yes aws-cdk@{cdk} synth --quiet

  deploy:
    needs: synth
    if: github.event_name != 'pull_request' && github.ref == 'refs/heads/main'
    runs-on: ubuntu-latest
    # As long as the credentials last, unless role-duration-seconds asks for more.
    timeout-minutes: 60
    environment: {environment}
    # Of deployments to one environment, the last of those that wait is taken.
    concurrency:
      group: deploy-{name}-{environment}
    permissions:
      contents: read
      id-token: write
{variables}    steps:
{setup}      - uses: {credentials}
        with:
          role-to-assume: ${{{{ vars.AWS_ROLE_ARN }}}}
          aws-region: {region}
      - run: npx --yes aws-cdk@{cdk} deploy --require-approval never {stacks}
"""
