"""Settings files of our own making say what they were given, whatever its characters."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from worker.cli.settings_text import settings_text

KEYS = st.from_regex(r"[a-z_]{1,10}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
TABLES = st.dictionaries(KEYS, TEXTS | st.integers(-(2**60), 2**60) | st.booleans(), min_size=1, max_size=4)


@given(TABLES, TABLES)
def test_a_parser_reads_what_was_written(general, account):
    text = settings_text("a note", {"": general, "of.main": account})
    assert tomllib.loads(text) == {**general, "of": {"main": account}}
    assert text.startswith("# a note\n")


def test_tables_without_values_leave_no_trace_and_general_settings_come_first():
    text = settings_text("note", {"accounts.main": {"platform": "cekat"}, "console": {}, "": {"listen": "[::1]:8"}})
    assert text == '# note\n\nlisten = "[::1]:8"\n\n[accounts.main]\nplatform = "cekat"\n'
