"""What a service is for, by its image."""

import pytest

from serverless_containers.compose import load_project
from serverless_containers.findings import Findings
from serverless_containers.plan.known_images import Purpose, known_as


@pytest.mark.parametrize(
    ("image", "purpose"),
    [
        ("acme/shop:1", Purpose.APPLICATION),
        ("nginx", Purpose.APPLICATION),
        ("wordpress:6", Purpose.APPLICATION),
        ("quay.io/keycloak/keycloak:26", Purpose.DASHBOARD),
        ("acme/console", Purpose.APPLICATION),
        ("grafana/grafana-oss:12.0.0", Purpose.DASHBOARD),
        ("docker.elastic.co/kibana/kibana:9.0.0", Purpose.DASHBOARD),
        ("adminer", Purpose.TOOL),
        ("public.ecr.aws/docker/library/adminer@sha256:0", Purpose.TOOL),
        ("docker.redpanda.com/redpandadata/console:v3", Purpose.TOOL),
        ("minio/mc", Purpose.TOOL),
        ("selenium/standalone-chrome", Purpose.TOOL),
        ("minio/minio", Purpose.STORE),
        ("postgres:17", Purpose.STORE),
        ("jaegertracing/all-in-one:1.60", Purpose.STORE),
        ("quay.io/prometheuscommunity/postgres-exporter", Purpose.STORE),
    ],
)
def test_the_purpose_of_an_image(project, image, purpose):
    project.compose(f'services: {{a: {{image: "{image}"}}}}')
    service = load_project(project.path, findings=Findings()).services["a"]
    assert known_as(service).purpose is purpose
