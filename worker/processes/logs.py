"""Logs: structlog and the standard library's loggers in one form, on one stream, without secrets.

Nobody should log a secret in the first place; what is done here is the second line of defence.
"""

import json
import logging
import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Literal, TextIO
from urllib.parse import quote, quote_plus

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

LogFormat = Literal["auto", "console", "json"]

REDACTED = "[redacted]"
QUIET = ("alembic", "celery.app.trace", "celery.worker.strategy", "httpx", "httpcore", "sqlalchemy", "urllib3")
"""Their lines below a warning carry URLs, headers or rows, or repeat what our own lines say."""
DEEPEST = 6

_TELLING_KEY = re.compile(
    "secret|signature|token|authorization|password|passwd|api_?key|cookie|credential", re.IGNORECASE
)
_PASSWORD_IN_URL = re.compile(r"(?<=://)([^\s/:@]*):\S*@")
_SHORTEST_MASKED = 4

# As in `domain.text`, but line breaks are judged apart: a traceback has them.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_BREAKS = re.compile("[\t\n]")


def configure_logs(
    level: str, log_format: LogFormat, stream: TextIO | None = None, secrets: Iterable[str] = ()
) -> None:
    """Send every log line of this process from *level* on to *stream*, or else to stderr.

    It may be called again; only the last call counts.

    *level* is `debug`, `info`, `warning` or `error`. `auto` means `console` on a terminal, else `json`;
    colours are for terminals only. The *secrets* are masked wherever they turn up.
    """
    stream = stream or sys.stderr
    terminal = stream.isatty()
    console = log_format == "console" or (log_format == "auto" and terminal)
    lines = _Lines(stream)
    lines.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_PREPARE,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                Redactor(secrets),
                *_renderers(console=console, colors=console and terminal),
            ],
        )
    )
    root = logging.getLogger()
    for former in [handler for handler in root.handlers if isinstance(handler, _Lines)]:
        root.removeHandler(former)
    root.addHandler(lines)
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_PREPARE,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


class Redactor:
    """A processor that masks what must not be read: values under telling names, and known secrets anywhere."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets if len(secret) >= _SHORTEST_MASKED for form in _forms(secret)}
        # The longest first: one secret may be the beginning of another.
        longest_first = sorted(forms, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, longest_first))) if forms else None

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {key: self._value(key, value, DEEPEST) for key, value in event.items()}

    def _value(self, key: object, value: object, depth: int) -> object:
        if _TELLING_KEY.search(str(key)):
            return REDACTED
        match value:
            case None | bool() | int() | float():
                return value
            case str():
                return self._text(value)
            case dict() if depth:
                return {self._text(str(name)): self._value(name, inner, depth - 1) for name, inner in value.items()}
            case list() | tuple() | set() | frozenset() if depth:
                return [self._value("", inner, depth - 1) for inner in value]
        return self._text(repr(value))

    def _text(self, text: str) -> str:
        masked = self._secrets.sub(REDACTED, text) if self._secrets else text
        return _PASSWORD_IN_URL.sub(rf"\1:{REDACTED}@", masked)


class _Lines(logging.StreamHandler[TextIO]):
    """A stream of lines. A record that cannot be written is mentioned, but never shown as it is."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        with suppress(OSError, ValueError):  # the stream is gone or closed: there is nobody left to tell
            self.stream.write(f"a log line of {record.name!r} could not be written\n")


def _forms(secret: str) -> set[str]:
    """Return the ways in which a secret may be spelt in a text: as it is, in a repr, in JSON, in a URL."""
    raw = secret.encode(errors="surrogatepass")
    quoted = {repr(secret)[1:-1], repr(raw)[2:-1], json.dumps(secret)[1:-1], json.dumps(repr(secret)[1:-1])[1:-1]}
    return {secret, *quoted, quote(raw), quote(raw, safe=""), quote_plus(raw)}


def _renderers(*, console: bool, colors: bool) -> list[Processor]:
    if not console:
        return [_in_order, structlog.processors.JSONRenderer()]
    plain = structlog.dev.plain_traceback
    return [_escape_controls, structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain)]


def _in_order(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {key: event[key] for key in ("timestamp", "level", "logger", "event") if key in event} | dict(event)


def _escape_controls(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Show control characters instead of sending them to a terminal; only tracebacks may have several lines."""
    return {key: _escaped(value, lines=key in {"exception", "stack"}) for key, value in event.items()}


def _escaped(value: object, *, lines: bool) -> object:
    if not isinstance(value, str):
        return value
    safe = _CONTROLS.sub(_spell, value)
    return safe if lines else _BREAKS.sub(_spell, safe)


def _spell(found: re.Match[str]) -> str:
    return repr(found[0])[1:-1]


_PREPARE: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
)
