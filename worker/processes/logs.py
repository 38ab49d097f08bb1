"""Logs: the lines of structlog and of the standard library's loggers have one form and go to one stream."""

import logging
import re
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, Literal, TextIO

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
    render: tuple[Processor, ...] = (
        structlog.processors.format_exc_info,
        Redactor(secrets).redact,
        *_renderers(console=is_console, colors=is_console and is_terminal),
    )
    lines = _Lines(stream)
    meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    lines.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_PREPARE, processors=[meta, *render]),
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
    # Our own lines pass by the records of `logging`, which cost more than the rest: there is a line for each delivery.
    structlog.configure(
        processors=[*_PREPARE, _Rendering(render)],
        logger_factory=lines.logger,
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )


class _Lines(logging.StreamHandler[TextIO]):
    """A stream of log lines. For a record that cannot be written, it writes a line that names the logger only."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        self.write(_unwritable(record.name))

    def logger(self, *names: str) -> "_Logger":
        """Return the logger of the given name, or else of the module that asks for it."""
        return _Logger(self, _NAMES(*names).name)

    def write(self, line: str) -> None:
        """Write one line. A stream that is closed takes nothing any more."""
        with suppress(OSError, ValueError):
            self.acquire()
            try:
                self.stream.write(f"{line}\n")
                self.flush()
            finally:
                self.release()


class _Logger:
    """What structlog writes its lines with. It has a method for each level."""

    def __init__(self, lines: _Lines, name: str) -> None:
        self.name = name
        self.debug = self.info = self.warning = self.error = self.critical = self.msg = lines.write


class _Rendering:
    """Makes the line of an event. A line that cannot be made must not end what it tells of."""

    def __init__(self, processors: Sequence[Processor]) -> None:
        self._processors = processors

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> str:
        line: Any = event
        try:
            for processor in self._processors:
                line = processor(logger, method, line)
        except Exception:  # noqa: BLE001 - a value's own text may raise anything
            return _unwritable(logger.name)
        return str(line)


def _unwritable(name: str) -> str:
    return f"a log line of {name!r} could not be written"


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


_NAMES = structlog.stdlib.LoggerFactory(ignore_frame_names=["worker.processes.logs"])
_PREPARE: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.MaybeTimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
)
