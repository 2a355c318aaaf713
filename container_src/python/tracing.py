"""Tracing of the application, where the environment names an endpoint for it."""

import logging
import os

from flask import Flask

_log = logging.getLogger("server")


def instrument(app: Flask) -> None:
    """Trace the requests to an application; without an endpoint, no package for it is read.

    Names, sampler, propagators and endpoint are those of the environment. Gunicorn's workers call
    this after they are forked, which the thread that sends the spans would not survive.
    """
    if not os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        return
    try:
        from opentelemetry import trace  # noqa: PLC0415
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
            OTLPSpanExporter,
        )
        from opentelemetry.instrumentation.flask import FlaskInstrumentor  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError as error:
        # The server is worth more than its traces.
        _log.error("no tracing", extra={"fields": {"error": str(error)}})
        return
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    # The container's own health check comes every 10 seconds.
    FlaskInstrumentor().instrument_app(app, excluded_urls="/health$")


def trace_id() -> str | None:
    """Return the id of the current trace as AWS X-Ray shows it; None where there is none."""
    if not os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        return None
    try:
        from opentelemetry import trace  # noqa: PLC0415
    except ImportError:
        return None
    span = trace.get_current_span().get_span_context()
    if not span.is_valid:
        return None
    text = f"{span.trace_id:032x}"
    return f"1-{text[:8]}-{text[8:]}"
