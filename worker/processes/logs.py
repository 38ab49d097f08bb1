"""Logs: structlog and the standard library's loggers in one form, on one stream, without secrets.

No code should log a secret. The masking here is the second line of defence.
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
"""Loggers whose lines below a warning hold URLs, headers or rows, or repeat what our own lines say."""
MAX_DEPTH = 6
"""Levels of nested values that are kept as structures; deeper ones become text."""

_SECRET_KEY = re.compile(
    "secret|signature|token|authorization|password|passwd|api_?key|cookie|credential", re.IGNORECASE
)
_PASSWORD_IN_URL = re.compile(r"(?<=://)([^\s/:@]*):\S*@")
_SHORTEST_MASKED = 4
"""Characters. A shorter text is no secret, and occurs in too many words."""

# As in `domain.text`, but without line breaks, because a traceback has them.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_BREAKS = re.compile("[\t\n]")


def configure_logs(
    level: str, log_format: LogFormat, stream: TextIO | None = None, secrets: Iterable[str] = ()
) -> None:
    """Send every log line of this process from *level* on to *stream*, by default to stderr.

    It may be called again; only the last call counts. *level* is `debug`, `info`, `warning` or `error`. `auto` means
    `console` on a terminal, and `json` elsewhere. Only terminals get colours. The *secrets* are masked in all texts.
    """
    stream = stream or sys.stderr
    is_terminal = stream.isatty()
    is_console = log_format == "console" or (log_format == "auto" and is_terminal)
    lines = _Lines(stream)
    lines.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_PREPARE,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                Redactor(secrets),
                *_renderers(console=is_console, colors=is_console and is_terminal),
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
    """A structlog processor that masks values under keys such as `token`, and the known secrets in all texts."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets if len(secret) >= _SHORTEST_MASKED for form in _forms(secret)}
        # The longest first, because one secret may be the beginning of another.
        longest_first = sorted(forms, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, longest_first))) if forms else None

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {key: self._value(key, value, MAX_DEPTH) for key, value in event.items()}

    def _value(self, key: object, value: object, depth: int) -> object:
        if _SECRET_KEY.search(str(key)):
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
    """A stream of log lines. For a record that cannot be written, it writes a line that names the logger only."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        with suppress(OSError, ValueError):  # the stream is closed: nothing can be written any more
            self.stream.write(f"a log line of {record.name!r} could not be written\n")


def _forms(secret: str) -> set[str]:
    """Return how a secret may be written in a text: as it is, in a repr, in JSON, in a URL."""
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
    """Replace control characters by their escapes, so that no terminal obeys them; only tracebacks keep their lines."""
    return {key: _escaped(value, lines=key in {"exception", "stack"}) for key, value in event.items()}


def _escaped(value: object, *, lines: bool) -> object:
    if not isinstance(value, str):
        return value
    safe = _CONTROLS.sub(_escape, value)
    return safe if lines else _BREAKS.sub(_escape, safe)


def _escape(control: re.Match[str]) -> str:
    return repr(control[0])[1:-1]


_PREPARE: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
)
