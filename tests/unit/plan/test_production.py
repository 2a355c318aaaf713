"""Warnings of what works on the first day and wakes somebody on another."""

import pytest

CHECK = "healthcheck: {test: curl -f http://localhost}"
ADVICE = ("image-moves", "runs-as-root", "health-check-missing")


def advice(planned):
    return [code for code in ADVICE if planned.messages(code)]


@pytest.mark.parametrize(
    ("image", "moves"),
    [
        ("nginx", True),
        ("nginx:latest", True),
        ("registry.example.com:5000/nginx", True),
        ("ghcr.io/acme/shop:latest", True),
        ("nginx:1.29", False),
        ("nginx:stable", False),
        (f"nginx@sha256:{'a' * 64}", False),
        (f"nginx:latest@sha256:{'a' * 64}", False),
    ],
)
def test_an_image_has_a_version(plan, image, moves):
    planned = plan(f"services: {{web: {{image: '{image}', ports: ['80'], {CHECK}}}}}")
    assert advice(planned) == (["image-moves"] if moves else [])


def test_the_message_names_the_place_and_the_way_out(plan):
    planned = plan(f"services:\n  web:\n    image: nginx\n    ports: ['80']\n    {CHECK}\n")
    assert planned.messages("image-moves") == [
        "docker-compose.yml:3:12: services.web.image: nginx is whatever its publisher pushed last: "
        "tasks that start on different days run different versions, and a rollback brings back no "
        "earlier one; name a version, or a digest"
    ]


@pytest.mark.parametrize(
    ("dockerfile", "user", "is_root"),
    [
        ("FROM python:3.13\n", "", True),
        ("FROM node:24-alpine\nUSER root\n", "", True),
        ("FROM acme/base:1\nUSER 0:0\n", "", True),
        ("FROM python:3.13\nUSER 1000\n", "", False),
        ("FROM python:3.13\n", "user: '1000'", False),
        ("FROM python:3.13\nUSER 1000\n", "user: root", True),
        ("FROM acme/base:1\n", "", False),
        ("FROM gcr.io/distroless/python3:nonroot\n", "", False),
        ("FROM scratch\n", "", False),
        ("FROM python:3.13 AS build\nFROM acme/base:1\n", "", False),
    ],
)
def test_what_is_built_runs_as_another_user_than_root(plan, project, dockerfile, user, is_root):
    project.write("Dockerfile", dockerfile)
    planned = plan(f"services: {{web: {{build: ., ports: ['80'], {CHECK}, {user}}}}}")
    assert advice(planned) == (["runs-as-root"] if is_root else [])


@pytest.mark.parametrize(
    ("user", "is_root"), [("", False), ("user: root", True), ("user: nginx", False)]
)
def test_of_other_images_nothing_is_known(plan, user, is_root):
    planned = plan(f"services: {{web: {{image: 'nginx:1.29', ports: ['80'], {CHECK}, {user}}}}}")
    assert advice(planned) == (["runs-as-root"] if is_root else [])


@pytest.mark.parametrize(
    ("keys", "missing"),
    [
        ("labels: {a: b}", True),
        ("healthcheck: {disable: true}", True),
        ("healthcheck: {test: [NONE]}", True),
        ("healthcheck: {interval: 10s}", True),
        (CHECK, False),
    ],
)
def test_the_entrypoint_has_a_health_check(plan, keys, missing):
    text = f"services: {{web: {{image: 'nginx:1.29', ports: ['80'], {keys}}}}}"
    assert advice(plan(text)) == (["health-check-missing"] if missing else [])
    assert advice(plan(text, health_checked=True)) == []


def test_its_dockerfile_s_is_one(plan, project):
    project.write("Dockerfile", "FROM acme/base:1\nHEALTHCHECK CMD curl -f http://localhost\n")
    assert advice(plan("services: {web: {build: ., ports: ['80']}}")) == []


def test_others_may_do_without(plan):
    planned = plan(f"""
        services:
          web: {{image: "nginx:1.29", ports: ["80"], {CHECK}}}
          job: {{image: "acme/job:1"}}
        """)
    assert advice(planned) == []


def test_a_worker_may_too(plan):
    assert advice(plan("services: {job: {image: 'acme/job:1'}}", ingress=False)) == []


def test_under_strict_they_are_errors(plan):
    planned = plan("services: {web: {image: nginx, ports: ['80'], user: root}}", strict=True)
    assert planned.plan is None
    assert advice(planned) == list(ADVICE)
