import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.settings.names import KeyPath
from worker.toml_lines import MAX_ATTEMPTS, MAX_CHARACTERS, key_lines

ALL_FORMS = r'''# a comment = with [brackets]
log_level = "info" # and "another" [one]

  keep="90d"
[accounts.main]   # the table
platform = "awalchat"
"base_url" = 'https://[::1]/a=b#c'
"a=b" = [
  1, # ] not the end
  "]",
]
statuses = { packed = "accepted", "in = transit" = "shipped" }
text = """
settle = "1s"
[accounts.other]
"""
retry_for = "1h"
[sources]
courier.secrets = ["one",
  "two"]
courier.tolerance = '5m'

'dhl'.  "secrets" = """x
y""" # the end
[ sources . "jnt" ]
secrets = []'''


def test_every_form_of_a_key_is_found_on_its_line():
    assert key_lines(ALL_FORMS) == {
        ("log_level",): 2,
        ("keep",): 4,
        ("accounts",): 5,
        ("accounts", "main"): 5,
        ("accounts", "main", "platform"): 6,
        ("accounts", "main", "base_url"): 7,
        ("accounts", "main", "a=b"): 8,
        ("accounts", "main", "statuses"): 12,
        ("accounts", "main", "statuses", "packed"): 12,
        ("accounts", "main", "statuses", "in = transit"): 12,
        ("accounts", "main", "text"): 13,
        ("accounts", "main", "retry_for"): 17,
        ("sources",): 18,
        ("sources", "courier"): 19,
        ("sources", "courier", "secrets"): 19,
        ("sources", "courier", "tolerance"): 21,
        ("sources", "dhl"): 23,
        ("sources", "dhl", "secrets"): 23,
        ("sources", "jnt"): 25,
        ("sources", "jnt", "secrets"): 26,
    }


def test_windows_line_endings_do_not_change_the_line_numbers():
    assert key_lines(ALL_FORMS.replace("\n", "\r\n")) == key_lines(ALL_FORMS)


def test_a_table_is_on_the_line_of_its_header_wherever_its_parts_are_written():
    text = "[accounts.main.statuses]\npacked = 'accepted'\n[accounts.main]\nplatform = 'cekat'"
    assert key_lines(text)["accounts", "main"] == 3
    assert key_lines(text)["accounts", "main", "platform"] == 4
    assert key_lines(text)["accounts",] == 1


@pytest.mark.parametrize(
    ("text", "certain"),
    [
        ("a = { b = [\n 1 ], c = 2 }\nd = 1", {("a",): 1, ("d",): 3}),
        ("[[a]]\nb = 1\n[a.c]\nd = 1\n[[a]]\nb = 2\n[e]\nf = 1", {("a",): 1, ("e",): 7, ("e", "f"): 8}),
        ("a = [\n" + "[],\n" * MAX_ATTEMPTS + "]\nb = 1", {}),
        ("a = 1\nb = [\n" + "'x',\n" * 1000 + "]\nc = 1", {("a",): 1, ("b",): 2, ("c",): 1004}),
        ("a = 1" + " " * MAX_CHARACTERS, {}),
        ("", {}),
        ("\n\n# nothing\n", {}),
    ],
)
def test_a_key_whose_line_is_uncertain_has_no_line(text, certain):
    tomllib.loads(text)
    assert key_lines(text) == certain


keys = st.text("ab=]['\"#. \\é", min_size=1, max_size=4).map(
    lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
) | st.from_regex(r"[A-Za-z0-9_-]{1,3}", fullmatch=True)
values = st.sampled_from(
    [
        "1",
        "true",
        "1979-05-27",
        "'a = [#'",
        '"\\" = ]"',
        '"""\n[x]\ny = 1\n"""',
        "'''\n\n\"\"\" = {'''",
        "[\n]",
        "[ # [\n'x = 1', [\n[ ] ],\n]",
        "[[1, 2], [\n'''\n]''']]",
    ]
)
gaps = st.sampled_from(["", "\n", "# = [x]\n", "  \t\n", "\n#[y]\n\n"])


@given(st.lists(st.tuples(gaps, keys, st.booleans(), values), max_size=8))
def test_no_line_is_ever_wrong(parts):
    text = ""
    table: KeyPath = ()
    expected: dict[KeyPath, int] = {}
    for gap, key, is_header, value in parts:
        ((name, _),) = tomllib.loads(f"{key} = 0").items()
        path = (name,) if is_header else (*table, name)
        if path in expected or (is_header and any(known[0] == name for known in expected)):
            continue
        text += gap
        expected[path] = text.count("\n") + 1
        text += f"[{key}]\n" if is_header else f"{key} = {value} # {key}\n"
        table = path if is_header else table
    tomllib.loads(text)
    assert key_lines(text) == expected
