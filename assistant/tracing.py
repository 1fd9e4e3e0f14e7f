"""Where the spans of `data.stages` go: nowhere, unless OpenTelemetry's own variables say so."""

from __future__ import annotations

import os

from data.errors import AisleError

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


def configure_tracing() -> None:
    """Send spans over OTLP/HTTP to the collector that the standard variables name; what else they say holds, too.

    Spans have stages, times, intent, source, language and store, never what a shopper wrote or who it was. Raises
    AisleError where a collector is named and the extra `telemetry` is not installed.
    """
    if not any(os.environ.get(name) for name in ENDPOINTS):
        return
    try:
        from opentelemetry import trace  # noqa: PLC0415
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError as error:
        raise AisleError(
            f'{ENDPOINTS[0]} asks for traces: install what sends them with pip install "aisle[telemetry]", or unset it.'
        ) from error
    service = os.environ.get("OTEL_SERVICE_NAME", "aisle")
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
