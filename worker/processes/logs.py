"""Logs: the lines of structlog and of the standard library's loggers have one form and go to one stream."""

import logging
import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from worker.domain.text import INVISIBLE
from worker.processes.redaction import Redactor

LogFormat = Literal["auto", "console", "json"]

QUIET = ("alembic", "celery.app.trace", "celery.worker.strategy", "httpx", "httpcore", "sqlalchemy", "urllib3")
"""Loggers whose lines are left out below a warning: they have URLs, headers or rows, or repeat our own lines."""
SILENT = ("sqlalchemy.pool",)
"""Loggers whose errors are left out, too: each comes with an error that we log ourselves, in one line."""

# As in `domain.text`, but without line breaks, because a traceback has them.
_CONTROLS = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff{INVISIBLE}]")
_BREAKS = re.compile("[\t\n]")


def configure_logs(
    level: str, log_format: LogFormat, stream: TextIO | None = None, secrets: Iterable[str] = ()
) -> None:
    """Send every log line of this process from *level* on to *stream*, by default to stderr.

    *level* is `debug`, `info`, `warning` or `error`. The format `auto` is `console` on a terminal, `json` elsewhere.
    Only a terminal gets colours. The *secrets* are masked in all texts. A later call replaces an earlier one.
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
                Redactor(secrets).redact,
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
    for name in SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)
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


class _Lines(logging.StreamHandler[TextIO]):
    """A stream of log lines. For a record that cannot be written, it writes a line that names the logger only."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        with suppress(OSError, ValueError):  # the stream is closed: nothing can be written any more
            self.stream.write(f"a log line of {record.name!r} could not be written\n")


def _renderers(*, console: bool, colors: bool) -> list[Processor]:
    if not console:
        return [_sort_keys, structlog.processors.JSONRenderer()]
    plain = structlog.dev.plain_traceback
    return [_escape_controls, structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain)]


def _sort_keys(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Put the keys that every line has first."""
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
    return control[0].encode("unicode_escape").decode()


_PREPARE: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
)
