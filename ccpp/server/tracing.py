"""Spans for OpenTelemetry: one for each request, and one below it for each step that it waits for. Off unless an option says where they go.

A handler's steps say by themselves what is done, so that no handler knows of spans: `SPANS` names them. A span has the route, not the path,
and names of functions; never a header, a body, a parameter or what an exception says, because tokens and credentials stand in those.

What a request says in `traceparent` (W3C Trace Context) is whose part its span is, and what the server asks of others says the same.
"""

from __future__ import annotations

from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ccpp.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from opentelemetry.sdk.trace import ReadableSpan

    from ccpp.server.observing import Observer
    from ccpp.server.steps import Call

#: Beginning of the name of a step's function → the name of its span; the first that fits counts, and `work` where none does.
SPANS: Mapping[str, str] = MappingProxyType(
    {
        "ccpp.server.devices.Devices": "resolve",
        "ccpp.server.live.Live._match": "match",
        "ccpp.server.live.Live._choose": "choose",
        "ccpp.server.lifecycle._kept": "storage",
        "ccpp.server.lifecycle._told": "storage",
        "ccpp.server.artefacts": "storage",
        "ccpp.storage": "storage",
    }
)

#: Where spans go: nowhere, into the log, to the collector that the variables of OpenTelemetry name (OTEL_EXPORTER_OTLP_ENDPOINT).
PLACES = ("off", "log", "otlp")


def step_name(function: Callable[..., Any]) -> str:
    """The full name of a step's function."""
    while isinstance(function, partial):
        function = function.func
    return f"{getattr(function, '__module__', None) or 'builtins'}.{getattr(function, '__qualname__', type(function).__name__)}"


def span_name(function: str) -> str:
    """The name of the span of a step, by the name of its function."""
    return next((name for beginning, name in SPANS.items() if function.startswith(beginning)), "work")


class Tracer:
    """Makes spans.

    Args:
        exporter: where they go, by OpenTelemetry's own interface.
        at_once: hand over each span as it ends, instead of many at a time from a thread.
    """

    def __init__(self, exporter: Any, *, at_once: bool = False) -> None:  # noqa: ANN401  an exporter of OpenTelemetry
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415  an extra
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor  # noqa: PLC0415
        from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context, use_span  # noqa: PLC0415
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

        self._kind, self._failed = SpanKind.SERVER, partial(Status, StatusCode.ERROR)
        self._below, self._use = set_span_in_context, use_span
        self._propagator = TraceContextTextMapPropagator()
        self._provider = TracerProvider(resource=Resource.create({"service.name": "ccpp"}), shutdown_on_exit=False)
        self._provider.add_span_processor((SimpleSpanProcessor if at_once else BatchSpanProcessor)(exporter))
        self._tracer = self._provider.get_tracer("ccpp")

    def begin(self, headers: Iterable[tuple[bytes, bytes]]) -> Any:  # noqa: ANN401  a span
        """The span of a request, part of whatever its headers say."""
        told = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers if name in _TOLD}
        return self._tracer.start_span("request", self._propagator.extract(told), self._kind)

    def end(self, span: Any, method: str, route: str, status: int, request_id: str) -> None:  # noqa: ANN401
        """The request was answered."""
        span.update_name(f"{method} {route}")
        span.set_attributes(
            {
                "http.request.method": method,
                "http.route": route,
                "http.response.status_code": status,
                "ccpp.request.id": request_id,
            }
        )
        if status >= _SERVER_ERROR:
            span.set_status(self._failed())
        span.end()

    def do(self, span: Any, call: Call) -> Any:  # noqa: ANN401  the function's own
        """Do a step of a request, in a span of its own."""
        function = step_name(call.function)
        made = self._tracer.start_span(span_name(function), self._below(span), attributes={"code.function.name": function})
        with self._use(made, end_on_exit=True, record_exception=False, set_status_on_exception=False):
            try:
                return call.function()
            except Exception as error:
                made.set_status(self._failed(type(error).__name__))
                raise

    def outgoing(self) -> dict[str, str]:
        """The header fields that tell another server which span asks it."""
        fields: dict[str, str] = {}
        self._propagator.inject(fields)
        return fields

    def close(self) -> None:
        """Hand over what there is, and end."""
        self._provider.shutdown()


_TOLD = frozenset({b"traceparent", b"tracestate"})
_SERVER_ERROR = 500


def identifier(span: Any) -> str:  # noqa: ANN401
    """The trace that a span is part of, as lines of the log name it."""
    return f"{span.get_span_context().trace_id:032x}"


def make_tracer(place: str, observer: Observer) -> Tracer | None:
    """What makes spans, by the option `traces`; `None` where it is off.

    Raises:
        UsageError: there is no such place, or the extra `traces` is not installed.
    """
    if place == "off":
        return None
    if place not in PLACES:
        raise UsageError(f"`traces` is `{place}`", hint=", ".join(PLACES))
    try:
        if place == "otlp":
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415  an extra

            return Tracer(OTLPSpanExporter())
        return Tracer(_logging_exporter(observer))
    except ImportError:
        raise UsageError("traces need packages that are not installed", hint="pip install 'ccpp[traces]'") from None


def _logging_exporter(observer: Observer) -> Any:  # noqa: ANN401  an exporter of OpenTelemetry
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult  # noqa: PLC0415  an extra

    class Lines(SpanExporter):  # type: ignore[misc, unused-ignore]  # without the extra it is Any
        """Writes a line for each span."""

        def export(self, spans: Sequence[ReadableSpan]) -> Any:  # noqa: ANN401  OpenTelemetry's own
            for span in spans:
                observer.event("span", **plain_span(span))
            return SpanExportResult.SUCCESS

    return Lines()


def plain_span(span: ReadableSpan) -> dict[str, Any]:
    """A span as JSON has it; `ms` is how long it took."""
    context: Any = span.get_span_context()
    took = ((span.end_time or 0) - (span.start_time or 0)) / 1e6
    form = {"name": span.name, "trace": f"{context.trace_id:032x}", "span": f"{context.span_id:016x}"}
    parent = {"parent": f"{span.parent.span_id:016x}"} if span.parent else {}
    return {**form, **parent, "ms": round(took, 3), **dict(span.attributes or {})}
