"""The python container: cover images for posts, reached from the express container only."""

import re

from flask import Flask, Response, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, HTTPException

import covers
from logs import log_requests
from tracing import instrument

MAX_IDS = 100
# The largest id that the posts can have: JavaScript rounds whatever is above.
MAX_ID = 2**53 - 1
_DEFAULT_IDS = range(1, 13)
_DAY_SECONDS = 86_400


def _ids(text: str) -> list[int]:
    ids = [int(part) for part in text.split(",") if re.fullmatch("[0-9]{1,16}", part)]
    if len(ids) != text.count(",") + 1 or len(ids) > MAX_IDS or max(ids) > MAX_ID:
        raise BadRequest(
            f"ids: expected 1 to {MAX_IDS} post ids between 0 and {MAX_ID}, separated by commas, "
            f"got '{text[:60]}'"
        )
    return ids


def create_app() -> Flask:
    """Build the application; gunicorn serves the one at the end of this file."""
    app = Flask(__name__, static_folder=None)
    log_requests(app)
    instrument(app)

    @app.get("/health")
    def health() -> ResponseReturnValue:
        return {"status": "ok"}

    @app.get("/images")
    def images() -> ResponseReturnValue:
        asked = request.args.get("ids")
        ids = _DEFAULT_IDS if asked is None else _ids(asked)
        return jsonify([covers.describe(post_id) for post_id in ids])

    @app.get(f"/images/<int(max={MAX_ID}):post_id>.svg")
    def image(post_id: int) -> ResponseReturnValue:
        response = Response(covers.svg(post_id), mimetype="image/svg+xml")
        # A cover depends on its id alone; a day bounds how long a new design takes to show.
        response.cache_control.public = True
        response.cache_control.max_age = _DAY_SECONDS
        return response

    @app.errorhandler(HTTPException)
    def refuse(error: HTTPException) -> ResponseReturnValue:
        # get_response() keeps what belongs to the status, such as Allow with a 405.
        response = error.get_response()
        code = error.name.lower().replace(" ", "_")
        response.data = app.json.dumps({"error": code, "message": error.description})
        response.content_type = "application/json"
        return response

    return app


app = create_app()
