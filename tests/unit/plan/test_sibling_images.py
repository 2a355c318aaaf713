"""Images that one service builds and another one runs."""

import pytest


@pytest.fixture
def shop(plan, project):
    project.write("Dockerfile", "FROM acme/base:1\nEXPOSE 80\n")

    def _plan(worker, name="image: acme/shop"):
        return plan(f"""
            name: shop
            services:
              api: {{build: ., ports: ["80"], {name}}}
              worker: {{image: "{worker}", command: work}}
            """)

    return _plan


@pytest.mark.parametrize(
    ("image", "key"),
    [
        ("acme/shop", "image: acme/shop"),
        ("acme/shop:latest", "image: acme/shop"),
        ("acme/shop", "image: 'acme/shop:latest'"),
        ("shop-api", "init: true"),
        ("shop-api", "image: acme/shop"),
    ],
)
def test_it_is_built_for_both(shop, image, key):
    planned = shop(image, key)
    assert planned["worker"].image is None
    assert planned["worker"].build == planned["api"].build
    (message,) = planned.messages("image-of-sibling")
    assert message.endswith(
        "services.worker.image: worker runs the image that api builds, which is built for it, too"
    )


@pytest.mark.parametrize("image", ["acme/shop:2", "acme/other", "other/shop", "shop-api:2"])
def test_another_one_is_pulled(shop, image):
    planned = shop(image)
    assert planned["worker"].image == image
    assert planned["worker"].build is None
    assert not planned.messages("image-of-sibling")


def test_what_is_wrong_with_the_build_is_told_once(plan, project):
    project.write("Dockerfile", "FROM acme/base:1\n")
    planned = plan("""
        services:
          api: {build: {context: ., cache_from: ["type=local,src=x"]}, image: s, ports: ["80"]}
          worker: {image: s}
        """)
    codes = [code for code, _ in planned.findings]
    assert codes.count("image-of-sibling") == 1
    assert len(codes) == len({(code, text) for code, text in planned.findings})
