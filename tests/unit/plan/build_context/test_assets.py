"""What is in the assets that a synthesis writes, whoever builds the images."""

import json
import os
from pathlib import Path

import pytest
from aws_cdk import App, Stack

from serverless_containers import BuildPipeline, BuiltImages, ContainerApi, PipelineSource
from serverless_containers.findings import Findings
from serverless_containers.plan import PlanOptions
from serverless_containers.plan.source import plan_source
from tests.unit.plan.build_context.conftest import CERTIFICATE, COMPOSE, KEY

LEFT_OUT = {
    "id_rsa": "s3ntinel",
    "deep/id_ed25519": "s3ntinel",
    "deep/id_rsa_work": KEY,
    "server.pem": KEY,
    "deep/chain.pem": CERTIFICATE * 3 + KEY,
    "tls.key": "-----BEGIN ENCRYPTED PRIVATE KEY-----\n",
    "putty.ppk": "PuTTY-User-Key-File-3: ssh-ed25519\n",
    ".ssh/config": "Host x",
    ".aws/credentials": "[default]\naws_secret_access_key = s3ntinel\n",
    ".aws/sso/cache/0.json": "{}",
    "terraform.tfstate": "{}",
    "infra/terraform.tfstate.backup": "{}",
    "infra/dev.tfstate": "{}",
    ".git/config": "[remote]\n",
    ".env": "A=s3ntinel\n",
    "settings/web.conf": "B=s3ntinel\n",
    ".env.local": "A=s3ntinel\n",
    "deep/.env.production.local": "A=s3ntinel\n",
    ".secret-key": "s3ntinel",
    "odd/[x] (1)+{a,b}!.pem": KEY,
    "odd/#x.pem": KEY,
    "odd/!x.pem": KEY,
    "odd/ x ^$|.pem": KEY,
    "odd/back\\slash.pem": KEY,
    "ignored/id_rsa": "s3ntinel",
}
WARNED = {
    ".npmrc": "//registry.example.org/:_authToken=s3ntinel\n",
    ".netrc": "machine x password s3ntinel\n",
    ".pypirc": "[pypi]\npassword = s3ntinel\n",
    ".env.production": "A=s3ntinel\n",
    "deep/prod.env": "A=s3ntinel\n",
    ".docker/config.json": "{}",
    ".kube/config": "s3ntinel",
    "kubeconfig": "s3ntinel",
    "store.p12": "s3ntinel",
    "store.jks": "s3ntinel",
    "service-account.json": '{"private_key": "s3ntinel"}',
    ".yarnrc.yml": "npmAuthToken: s3ntinel\n",
    ".git-credentials": "s3ntinel",
}
HARMLESS = {
    "deep/server.pem": CERTIFICATE,
    "x.pem": CERTIFICATE,
    "odd/x.pem": CERTIFICATE,
    "id_rsa.pub": "ssh-rsa AAAA",
    ".env.example": "A=\n",
    "web/.npmrc": "//registry.example.org/:_authToken=${NPM_TOKEN}\nsave-exact=true\n",
    "package.json": "{}",
    "translations.key": "hello",
    "credentials.json": "{}",
    ".github/workflows/x.yml": "on: push",
}
WAYS = ("pipeline", "docker", "default")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One project with every file of the tables."""
    folder = tmp_path_factory.mktemp("packing") / "shop"
    files = {
        **LEFT_OUT,
        **WARNED,
        **HARMLESS,
        "Dockerfile": "FROM scratch\nCOPY . .\n",
        # No exception brings a credential back.
        ".dockerignore": "ignored\n!**/.secret-*\n!id_rsa\n",
        "docker-compose.yml": "services: {web: {build: ., ports: ['80'], "
        "env_file: settings/web.conf}}\n",
    }
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def packed(folder, way, **source):
    """The files in the one asset of a folder's, by their paths in it, and the asset's name."""
    app = App()
    pipeline_source = PipelineSource.asset(**source)
    images = {
        "pipeline": {"images": BuildPipeline.managed(pipeline_source=pipeline_source)},
        "docker": {"images": BuiltImages.local_build()},
        "default": {},
    }
    ContainerApi(Stack(app, "Shop"), "Api", source=folder, **images[way])
    out = Path(app.synth().directory)
    listed = json.loads((out / "Shop.assets.json").read_text())
    section = listed["files"] if way == "pipeline" else listed["dockerImages"]
    paths = (each["source"].get("directory") or each["source"]["path"] for each in section.values())
    (asset,) = (out / path for path in paths if path.startswith("asset."))
    files = {str(file.relative_to(asset)) for file in asset.rglob("*") if not file.is_dir()}
    return files, asset.name


@pytest.fixture(scope="module", params=WAYS)
def asset(request, folder):
    return packed(folder, request.param)[0]


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_is_here_by_mistake_is_in_no_asset(asset, name):
    assert name not in asset


@pytest.mark.parametrize("name", [*WARNED, *HARMLESS])
def test_all_else_is_in_it(asset, name):
    assert name in asset


def _findings(folder):
    findings = Findings()
    plan = plan_source(folder, PlanOptions(), findings)
    assert plan is not None
    return {each.at.file: each.rule.code for each in findings if each.at}, plan


@pytest.mark.parametrize(
    "name", [n for n in LEFT_OUT if n not in {"ignored/id_rsa", ".secret-key"}]
)
def test_what_is_left_out_is_said(folder, name):
    found, _ = _findings(folder)
    shown = {".ssh/config": ".ssh", ".aws/sso/cache/0.json": ".aws/sso", ".git/config": ".git"}
    code = "not-packed" if name == ".git/config" else "credentials-left-out"
    assert found[shown.get(name, name)] == code


@pytest.mark.parametrize("name", WARNED)
def test_what_is_packed_is_warned_of(folder, name):
    assert _findings(folder)[0][name] == "credentials-packed"


@pytest.mark.parametrize("name", [*HARMLESS, "ignored/id_rsa"])
def test_nothing_is_said_of_the_rest(folder, name):
    assert name not in _findings(folder)[0]


@pytest.mark.parametrize("way", WAYS)
def test_what_is_left_out_is_no_part_of_the_hash(app, way):
    app.write("id_rsa", "one")
    before = packed(app.path, way)[1]
    app.write("id_rsa", "other")
    app.write("deep/.aws/credentials", "new")
    assert packed(app.path, way)[1] == before
    app.write("package.json", "{}")
    assert packed(app.path, way)[1] != before


@pytest.mark.parametrize("way", WAYS)
def test_what_is_asked_for_is_packed(app, way):
    app.compose("x-serverless-containers: {pack: [certs, test.pem]}\n" + COMPOSE)
    app.write("test.pem", KEY)
    app.write("deep/test.pem", KEY)
    app.write("certs/a/key.pem", KEY)
    files, _ = packed(app.path, way)
    assert {"test.pem", "certs/a/key.pem"} <= files
    assert "deep/test.pem" not in files


@pytest.mark.parametrize(
    "name",
    [".env.local", "deep/.env.local", ".git/config", ".venv/x", "node_modules/x/y.js",
     "__pycache__/x.pyc", ".mypy_cache/x", ".DS_Store", "deep/.secret-key", "cdk.out/x",
     "custom-policies.json", "compose.override.yml", "compose.override.yaml"],
)  # fmt: skip
def test_what_no_clone_has_is_no_part_of_a_source(app, name):
    # No statements are a custom-policies.json.
    app.write(name, '[{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}]')
    # Not even if a caller asks for it.
    files, _ = packed(app.path, "pipeline", exclude=["docs", f"!{name}"])
    assert name not in files
    assert "Dockerfile" in files


def test_a_caller_leaves_more_out_as_an_ignore_file_does(app):
    for name in ("docs/a.md", "web/docs/a.md", "x.md"):
        app.write(name, "x")
    files, _ = packed(app.path, "pipeline", exclude=["docs", "*.md"])
    assert {name for name in files if name.endswith(".md")} == {"web/docs/a.md"}


def test_a_link_with_an_odd_name_that_leads_out_is_left_out(app):
    (app.path.parent / "outside").write_text("s3ntinel")
    (app.path / "[slug]").symlink_to("../outside")
    app.write("s", "x")
    files, _ = packed(app.path, "pipeline")
    assert "[slug]" not in files
    assert "s" in files


def test_what_is_packed_is_what_was_walked(folder):
    # GIVEN a detector, which is given every file that is packed
    seen = set()

    def detector(file):
        seen.add(os.path.relpath(file, folder))
        return ()

    plan_source(folder, PlanOptions(), Findings(), detector=detector)
    # THEN it was given what is in the assets, and nothing else
    in_assets = set().union(*(packed(folder, way)[0] for way in WAYS))
    assert seen == in_assets
