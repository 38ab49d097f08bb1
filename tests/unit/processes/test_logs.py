import ast
import io
import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
import structlog
from pydantic import SecretStr

from worker.domain.reasons import RefusalReason
from worker.domain.text import is_printable
from worker.processes.logs import QUIET, configure_logs

SECRET = 'whsec "quoted" \\ and/slashed'
OTHER = "whsec"
ROOT = Path(__file__).parents[3]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def json_lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def raise_from(text: str) -> None:
    raise LookupError(text)


def raise_with(text: str) -> None:
    try:
        raise_from(text)
    except LookupError as error:
        raise ValueError(text) from error


@pytest.mark.parametrize("name", ["celery.worker", "waitress", "kombu"])
def test_structlog_and_the_standard_library_write_lines_of_the_same_form(name):
    stream = io.StringIO()
    configure_logs("info", "json", stream)
    structlog.get_logger(name).info("order_confirmed", order_id="1")
    logging.getLogger(name).info("took %d orders", 2)
    ours, theirs = json_lines(stream)
    assert (ours["event"], ours["order_id"], theirs["event"]) == ("order_confirmed", "1", "took 2 orders")
    assert {key: ours[key] for key in ("level", "logger")} == {key: theirs[key] for key in ("level", "logger")}
    for line in (ours, theirs):
        assert list(line)[:4] == ["timestamp", "level", "logger", "event"]
        assert datetime.fromisoformat(str(line["timestamp"])).utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("log_format", "stream", "is_json", "has_colours"),
    [
        ("auto", Terminal(), False, True),
        ("auto", io.StringIO(), True, False),
        ("console", io.StringIO(), False, False),
        ("console", Terminal(), False, True),
        ("json", Terminal(), True, False),
    ],
)
def test_the_format_and_the_stream_decide_on_json_and_colours(log_format, stream, is_json, has_colours):
    configure_logs("info", log_format, stream)
    structlog.get_logger("x").warning("here")
    assert stream.getvalue().startswith("{") is is_json
    assert ("\x1b[" in stream.getvalue()) is has_colours


@pytest.mark.parametrize("name", QUIET)
def test_libraries_that_log_urls_and_rows_log_only_warnings(name):
    stream = io.StringIO()
    configure_logs("debug", "json", stream)
    logging.getLogger(name).info("GET https://api.example/orders/1")
    logging.getLogger(f"{name}.deeper").debug("headers")
    logging.getLogger(name).warning("trouble")
    assert [line["event"] for line in json_lines(stream)] == ["trouble"]


def test_a_connection_pool_logs_no_traceback_beside_our_own_line():
    stream = io.StringIO()
    configure_logs("info", "json", stream)
    try:
        raise_from("the server closed the connection")
    except LookupError:
        logging.getLogger("sqlalchemy.pool.impl.QueuePool").exception("Exception during reset or similar")
    assert json_lines(stream) == []


def test_only_the_last_configuration_counts():
    first, second = io.StringIO(), io.StringIO()
    configure_logs("debug", "json", first)
    configure_logs("warning", "json", second)
    logging.getLogger("x").info("unimportant")
    logging.getLogger("x").error("important")
    assert first.getvalue() == ""
    assert [line["event"] for line in json_lines(second)] == ["important"]


@pytest.mark.parametrize("log_format", ["json", "console"])
@pytest.mark.parametrize(
    "key", ["hmac_secret", "X-Awal-Signature-256", "token", "Authorization", "password", "api_key"]
)
def test_the_value_of_a_key_that_names_a_secret_is_not_shown(log_format, key):
    stream = io.StringIO()
    configure_logs("info", log_format, stream)
    structlog.get_logger("x").info("called", **{key: "abcdef"}, headers={key: ["abcdef"], "Accept": "text"})
    assert "abcdef" not in stream.getvalue()
    assert "[redacted]" in stream.getvalue()
    assert "text" in stream.getvalue()


def test_the_number_of_requests_with_a_wrong_signature_is_shown():
    configure_logs("info", "json", stream := io.StringIO())
    structlog.get_logger("x").warning("refused", reasons={RefusalReason.BAD_SIGNATURE.value: 3, "signature": 3})
    assert json_lines(stream)[0]["reasons"] == {"bad_signature": 3, "signature": "[redacted]"}


def test_a_logger_without_a_name_has_that_of_the_module_that_asks_for_it():
    configure_logs("info", "json", stream := io.StringIO())
    structlog.get_logger().info("here")
    assert json_lines(stream)[0]["logger"] == __name__


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_known_secret_is_masked_in_every_text(log_format):
    stream = io.StringIO()
    configure_logs("info", log_format, stream, secrets=[OTHER, SECRET])
    ours, theirs = structlog.get_logger("x"), logging.getLogger("x")
    ours.info(f"with {SECRET}", text=SECRET, deep=[{"in": (SECRET, SECRET.encode())}], thing=ValueError(SECRET))
    ours.info("%s", SECRET)
    theirs.warning(
        "%s %r %s %s", SECRET, SECRET, quote(SECRET), json.dumps({SECRET: SecretStr(SECRET).get_secret_value()})
    )
    try:
        raise_with(SECRET)
    except ValueError:
        ours.exception("failed")
        theirs.exception("failed")
    assert stream.getvalue().count("[redacted]") >= 10
    assert stream.getvalue().count("LookupError: [redacted]") == 2
    assert not [word for word in ("whsec", "quoted", "slashed") if word in stream.getvalue()]


@pytest.mark.parametrize(
    "url", ["redis://:hunter2@h/0", "amqp://user:hunter2@h//", "postgresql+psycopg://u:p/hunter2@h"]
)
def test_a_password_in_a_url_is_masked_even_if_it_is_no_known_secret(url):
    stream = io.StringIO()
    configure_logs("info", "json", stream)
    logging.getLogger("celery").info("Connected to %s", url)
    assert "hunter2" not in stream.getvalue()
    assert str(json_lines(stream)[0]["event"]).endswith("[redacted]@h" + url.partition("@h")[2])


def test_control_characters_from_outside_do_not_reach_a_terminal():
    stream = io.StringIO()
    configure_logs("info", "console", stream)
    nasty = "a\x1b[2Jb\r\nc\x9bd\u202ee\u200bf\u200eg\xadh\ufeffi"
    structlog.get_logger("x").info(nasty, text=nasty, deep={nasty: [nasty]})
    logging.getLogger("x").info(nasty)
    try:
        raise_with(nasty)
    except ValueError:
        logging.getLogger("x").exception("failed")
    shown = stream.getvalue()
    assert all(is_printable(character) or character == "\n" for character in shown)
    assert r"a\x1b[2Jb" in shown
    assert len(shown.split("failed")[0].splitlines()) == 3


def test_a_lone_surrogate_does_not_prevent_a_log_line():
    configure_logs("info", "console", stream := io.StringIO())
    ours = next(handler for handler in logging.getLogger().handlers if getattr(handler, "stream", None) is stream)
    # The record does not go through a logger, because pytest's own handler cannot write it.
    assert r"a\ud800" in ours.format(logging.makeLogRecord({"msg": "a\ud800", "levelname": "INFO"}))


class Unprintable:
    def __repr__(self) -> str:
        raise RuntimeError(SECRET)


def test_a_record_that_cannot_be_written_becomes_a_line_without_its_content(capsys):
    logging.getLogger().handlers.clear()  # pytest's own handlers fail for such a record
    stream = io.StringIO()
    configure_logs("info", "json", stream)
    structlog.get_logger("x").info("this", thing=Unprintable())
    logging.getLogger("x").info("%d", SECRET)
    assert stream.getvalue() == "a log line of 'x' could not be written\n" * 2
    stream.close()
    logging.getLogger("x").info("into nothing")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_a_traceback_has_no_values_of_variables(log_format, monkeypatch):
    def fail() -> None:
        hidden = "the value of a variable".upper()
        raise LookupError(str(len(hidden)))

    monkeypatch.setenv("FORCE_COLOR", "1")
    stream = Terminal()
    configure_logs("info", log_format, stream)
    try:
        fail()
    except LookupError:
        structlog.get_logger("x").exception("failed")
        logging.getLogger("celery.worker").exception("failed")
    assert stream.getvalue().count("LookupError") >= 2
    assert "THE VALUE OF A VARIABLE" not in stream.getvalue()


def test_no_line_has_the_name_of_a_class_as_a_value():
    sources = [path for folder in ("worker", "webhook_receiver") for path in (ROOT / folder).rglob("*.py")]
    calls = [call for path in sources for call in log_calls(ast.parse(path.read_text()))]
    assert len(calls) > 40
    assert [
        ast.unparse(call) for call in calls if "__name__" in ast.unparse(call) or "repr(" in ast.unparse(call)
    ] == []


def log_calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log."):
            yield node


def test_logs_go_to_stderr(capsys):
    configure_logs("info", "auto")
    structlog.get_logger("x").info("here")
    assert json.loads(capsys.readouterr().err)["event"] == "here"
