import json
import logging
import sys
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from flask.testing import FlaskClient

import covers
from logs import JsonFormatter
from server import create_app

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def app() -> Flask:
    return create_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_health(client: FlaskClient):
    response = client.get("/health")
    assert response.status_code == 200
    assert response.json == {"status": "ok"}


def test_list_without_ids_has_the_first_twelve(client: FlaskClient):
    response = client.get("/images")
    assert response.status_code == 200
    assert [image["id"] for image in response.json] == list(range(1, 13))


def test_list_keeps_the_order_asked_for(client: FlaskClient):
    response = client.get("/images?ids=42,7,0,9007199254740991")
    assert [image["id"] for image in response.json] == [42, 7, 0, 9007199254740991]


def test_every_image_of_the_list_is_served_as_described(client: FlaskClient):
    for image in client.get("/images?ids=0,7,9007199254740991").json:
        response = client.get(image["url"])
        assert response.status_code == 200
        assert response.mimetype == image["contentType"]
        assert response.headers["cache-control"] == "public, max-age=86400"
        root = ET.fromstring(response.text)  # noqa: S314
        assert root.tag == f"{SVG}svg"
        assert root.get("width") == str(image["width"])
        assert root.get("height") == str(image["height"])
        assert root.findtext(f"{SVG}title") == f"Cover of post {image['id']}"
        assert len(root.findall(f"{SVG}circle")) == 5


def test_a_cover_depends_on_its_id_alone():
    assert covers.svg(7) == covers.svg(7)
    assert covers.svg(7).replace(">7<", ">8<").replace("post 7", "post 8") != covers.svg(8)


@pytest.mark.parametrize(
    "ids",
    ["", "x", "7,", ",7", "7,,8", "-1", "1.5", "7 ", "\u0667", "9007199254740992", "9" * 5_000],
)
def test_ids_that_are_none_are_refused(client: FlaskClient, ids: str):
    response = client.get("/images", query_string={"ids": ids})
    assert response.status_code == 400
    assert response.json == {
        "error": "bad_request",
        "message": "ids: expected 1 to 100 post ids between 0 and 9007199254740991, "
        f"separated by commas, got '{ids[:60]}'",
    }


def test_at_most_a_hundred_ids(client: FlaskClient):
    assert client.get("/images?ids=" + ",".join(["1"] * 100)).status_code == 200
    assert client.get("/images?ids=" + ",".join(["1"] * 101)).status_code == 400


@pytest.mark.parametrize(
    "path",
    ["/", "/images/x.svg", "/images/-1.svg", "/images/7.png", "/images/9007199254740992.svg"],
)
def test_what_is_not_there_is_404_in_json(client: FlaskClient, path: str):
    response = client.get(path)
    assert response.status_code == 404
    assert response.json["error"] == "not_found"


def test_another_method_is_405_and_says_what_is_allowed(client: FlaskClient):
    response = client.post("/images")
    assert response.status_code == 405
    assert response.json["error"] == "method_not_allowed"
    assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_an_error_of_our_own_is_500_in_json_without_its_message(
    app: Flask, monkeypatch: pytest.MonkeyPatch
):
    def broken(post_id: int) -> str:
        raise RuntimeError(f"inside of {post_id}")

    monkeypatch.setattr(covers, "svg", broken)
    response = app.test_client().get("/images/7.svg")
    assert response.status_code == 500
    assert response.json["error"] == "internal_server_error"
    assert "inside" not in response.text


def test_one_line_a_request_under_the_callers_id(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)

    response = client.get(
        "/images?ids=7", headers={"x-request-id": "Root=1-2", "authorization": "hush"}
    )

    assert response.headers["x-request-id"] == "Root=1-2"
    [record] = caplog.records
    line = JsonFormatter().format(record)
    assert "\n" not in line
    entry = json.loads(line)
    assert entry.pop("durationMs") >= 0
    assert entry.pop("time").endswith("+00:00")
    assert entry == {
        "level": "info",
        "message": "request",
        "requestId": "Root=1-2",
        "method": "GET",
        "path": "/images",
        "status": 200,
    }


def test_a_forged_request_id_is_replaced(client: FlaskClient):
    response = client.get("/health", headers={"x-request-id": 'forged" line'})
    assert len(response.headers["x-request-id"]) == 36


def test_health_checks_do_not_fill_the_log(client: FlaskClient, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    client.get("/health")
    assert caplog.records == []


def test_an_exception_stays_on_its_line():
    try:
        int("two\nlines")
    except ValueError:
        exc_info = sys.exc_info()
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "failed", None, exc_info)
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert "ValueError: invalid literal" in json.loads(line)["error"]
