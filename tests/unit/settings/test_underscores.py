from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.good_settings import COURIER, GOOD, MAIN, OTHER, SECRET, P, refusal
from worker.domain.errors import SettingsError
from worker.settings import describe, load_settings

PATHS = [row.environment.removeprefix(P) for row in describe()]


@pytest.mark.parametrize("pattern", sorted({path for path in PATHS if "__" in path}))
def test_a_variable_with_single_underscores_is_reported_with_the_name_that_is_meant(pattern):
    name = "MAIN" if "ACCOUNTS" in pattern else "MY_COURIER"
    meant = P + pattern.replace("<NAME>", name)
    for written in {
        meant.replace("__", "_"),
        meant.replace("__", "_", 1),
        f"{meant[::-1].replace('__', '_', 1)[::-1]}",
    }:
        assert f"{written} is not a known setting: did you mean {meant}?" in refusal({**GOOD, written: "x"}).split("\n")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("LOG__LEVEL", "LOG_LEVEL"),
        ("DATA___DIR", "DATA_DIR"),
        ("ACCOUNTS__MAIN__BASE__URL", "ACCOUNTS__MAIN__BASE_URL"),
        ("ACCOUNTS_MY_SHOP_HMAC_SECRET_FILE", "ACCOUNTS__MY_SHOP__HMAC_SECRET_FILE"),
        ("ACCOUNTS_MAIN_STATUSES_IN_TRANSIT", "ACCOUNTS__MAIN__STATUSES__IN_TRANSIT"),
        ("ACCOUNTS__MAIN__STATUSES_IN_TRANSIT", "ACCOUNTS__MAIN__STATUSES__IN_TRANSIT"),
        ("SOURCES_MY_COURIER_SECRETS_FILE", "SOURCES__MY_COURIER__SECRETS_FILE"),
        ("ACCOUNTS___MAIN__DOMAIN", "ACCOUNTS__MAIN__DOMAIN"),
        ("METRICS__TOKEN_FILE", "METRICS_TOKEN_FILE"),
        ("accounts_main_base_url", "ACCOUNTS__MAIN__BASE_URL"),
    ],
)
def test_a_wrong_number_of_underscores_is_recognised_anywhere(written, meant):
    messages = refusal({**GOOD, P + written: "x"}).split("\n")
    assert f"{P}{written} is not a known setting: did you mean {P}{meant}?" in messages


@pytest.mark.parametrize("written", ["ACCOUNTS_MAIN_NOTHING", "ACCOUNTS", "SOURCES_COURIER", "ACCOUNTS_BASE_URL", "_"])
def test_a_name_that_no_underscores_turn_into_a_setting_gets_no_such_advice(written):
    assert "did you mean FULFILLMENT_ACCOUNTS__" not in refusal({**GOOD, P + written: "x"})


def test_all_variables_with_single_underscores_are_reported_and_no_setting_is_called_missing():
    environ = {name.replace("__", "_"): value for name, value in GOOD.items()}
    assert refusal(environ).split("\n") == [
        f"{name.replace('__', '_')} is not a known setting: did you mean {name}?"
        for name in sorted(GOOD)
        if "__" in name
    ]


def test_the_value_under_a_wrong_name_is_checked_in_the_same_run():
    environ = {name: value for name, value in GOOD.items() if name != f"{MAIN}BASE_URL"}
    messages = refusal({**environ, f"{P}ACCOUNTS_MAIN_BASE_URL": f"ftp://{SECRET}"}).split("\n")
    assert messages[0] == f"{P}ACCOUNTS_MAIN_BASE_URL is not a known setting: did you mean {MAIN}BASE_URL?"
    assert messages[1].startswith(f"{P}ACCOUNTS_MAIN_BASE_URL must ")
    assert len(messages) == 2


def test_the_variable_with_the_right_name_counts_where_both_are_set():
    message = refusal(
        {**GOOD, f"{P}ACCOUNTS_MAIN_BASE_URL": "wrong", f"{P}log_level": "wrong", f"{P}LOG_LEVEL": "info"}
    )
    assert message.split("\n") == [
        f"{P}ACCOUNTS_MAIN_BASE_URL is not a known setting: did you mean {MAIN}BASE_URL?",
        f"{P}log_level is not a known setting: the names of our variables are in upper case.",
    ]


def test_a_name_with_two_mistakes_is_reported_once():
    message = refusal({**GOOD, f"{P}loglevel": "info"})
    assert message == f"{P}loglevel is not a known setting: the names of our variables are in upper case."


@pytest.mark.parametrize("table", [f"{P}ACCOUNTS_MAIN_STATUSES", f"{P}ACCOUNTS__MAIN___STATUSES"])
def test_a_variable_and_one_below_it_contradict_each_other_whatever_their_underscores(table):
    messages = refusal({**GOOD, table: "{}", f"{MAIN}STATUSES__PACKED": "accepted"}).split("\n")
    assert f"{MAIN}STATUSES__PACKED and {table} cannot both be set." in messages


def test_names_of_accounts_and_sources_may_have_underscores_of_their_own():
    own = {name.replace("__OTHER__", "__MY_OTHER_SHOP__"): value for name, value in OTHER.items()}
    environ = GOOD | own | {f"{P}ACCOUNTS__MY_OTHER_SHOP__DOMAIN": "other", f"{COURIER}ACCOUNT": "nobody"}
    assert refusal(environ) == f"{COURIER}ACCOUNT names no account of the settings."


@given(
    st.lists(
        st.lists(st.sampled_from(["ACCOUNTS", "MAIN", "STATUSES", "DOMAIN", "x", "_", "__"]), max_size=8), max_size=4
    )
)
def test_no_combination_of_names_raises_anything_but_a_settings_error(names):
    with suppress(SettingsError):
        load_settings(GOOD | {P + "".join(words): "x" for words in names})
