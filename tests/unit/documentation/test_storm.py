"""The page about the storm has the rows that the program prints, and the command that makes them."""

import re

from tests.storm.__main__ import DATABASES, main
from tests.storm.report import StormReport, as_table, fact
from tests.storm.rows import ROWS
from tests.support.pages import ROOT, STORM, plain_table

PAGE = STORM.read_text()
ASKED = "times the database was asked whether its tables agree"
TABLE = "| | sqlite | postgresql |"


def test_the_page_has_every_row_that_the_program_prints():
    assert TABLE in PAGE
    assert [row[0] for row in plain_table(STORM, TABLE)] == list(ROWS)


def test_the_program_prints_such_a_table():
    reports = [StormReport(database, [fact(name, 0) for name in ROWS]) for database in DATABASES]
    head, rule, *rows = as_table(reports)
    assert (head, rule) == (TABLE, "| --- | --- | --- |")
    assert rows == [f"| {name} | 0 | 0 |" for name in ROWS]


def test_the_page_names_the_command_its_options_and_its_seed():
    assert re.search(r"^storm:", (ROOT / "Makefile").read_text(), re.MULTILINE)
    (arguments,) = re.findall(r"`make storm ARGS='([^']+)'` made the figures", PAGE)
    named = re.findall(r"--[a-z-]+", arguments)
    assert set(named) <= {option for parameter in main.params for option in parameter.opts}
    assert "--seed" in named


def test_the_run_of_the_page_had_no_fault():
    values = {row[0]: row[1:] for row in plain_table(STORM, TABLE)}
    must_be_zero = {*ROWS[ROWS.index("accepted events unaccounted for") :]} - {ASKED}
    assert {value for name in must_be_zero for value in values[name]} == {"0"}
    assert values["orders right"] == [f"{orders} of {orders}" for orders in values["orders"]]
