"""Caches of builds: those that Docker's own driver has, and those that are left out."""

import pytest


@pytest.fixture
def planned(plan, project):
    project.write("Dockerfile", "FROM scratch\n")

    def _plan(keys):
        return plan(f"services: {{web: {{build: {{context: ., {keys}}}, ports: ['80']}}}}")

    return _plan


@pytest.mark.parametrize(
    ("given", "image"),
    [
        ("alpine", "alpine"),
        ("ghcr.io/a/b:cache", "ghcr.io/a/b:cache"),
        ("type=registry,ref=ghcr.io/a/b", "ghcr.io/a/b"),
    ],
)
def test_an_image_in_a_registry_is_a_cache(planned, given, image):
    project = planned(f"cache_from: ['{given}']")
    assert project["web"].build.cache_from == (image,)
    assert project.errors == []


def test_an_inline_cache(planned):
    project = planned("cache_to: ['type=inline']")
    assert project["web"].build.inline_cache
    assert project.errors == []


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ("type=gha", "a cache of type gha"),
        ("type=s3,bucket=b,secret_access_key=confidential", "a cache of type s3"),
        ("type=registry,ref=a,insecure=true", "a cache of type registry"),
        ("src=here", "a cache without a type"),
        ('"type=gha', "a cache without a type"),
    ],
)
def test_another_source_of_layers_is_left_out_with_a_note(planned, given, what):
    project = planned(f"cache_from: ['{given}']")
    assert project["web"].build.cache_from == ()
    assert project.messages("build-cache-ignored") == [
        "docker-compose.yml:1:51: services.web.build.cache_from[0]: "
        f"{what} is left out: a build takes layers from images in registries alone, and needs none "
        "of them; name an image that holds its cache: type=registry,ref=IMAGE"
    ]


@pytest.mark.parametrize("given", ["ghcr.io/a/b:cache", "type=registry,ref=a", "type=local,dest=x"])
def test_another_place_for_a_cache_is_left_out_with_a_note(planned, given):
    project = planned(f"cache_to: ['{given}']")
    assert not project["web"].build.inline_cache
    (message,) = project.messages("build-cache-ignored")
    assert "is left out: Docker's own driver writes a cache into the image itself alone" in message
