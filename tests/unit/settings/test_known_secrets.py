"""Secrets that everybody knows, and secrets that serve two purposes, are refused with the sentence that says why."""

import json
from pathlib import Path

import pytest

from tests.support.good_settings import COURIER, GOOD, MAIN, SECRET, TOML, P, refusal, refusal_of
from tests.support.page_secrets import secrets_on, with_own_secrets
from tests.support.pages import PAGES, README, SANDBOX, example
from worker.domain.guessable import FEWEST_CHARACTERS
from worker.secret import SHORTEST_SECRET
from worker.settings import load_settings

EASY, PLACEHOLDER = "is easy to guess: ", "is a placeholder of our pages: write the one that "
PLACEHOLDERS = sorted({secret for page in {*PAGES} - {SANDBOX} for secret in secrets_on(page.read_text())})
"""Without those of the sandbox, which is on loopback and has invented orders."""
OTO = f"{P}SOURCES__OTO__SECRETS__"


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        (f"{COURIER}SECRETS", "aaaaaaaa", f"it has fewer than {FEWEST_CHARACTERS} different characters"),
        (f"{COURIER}SECRETS", f'["{SECRET}", "password"]', "everybody knows it"),
        (f"{COURIER}SECRETS", "whsec_test", "everybody knows it"),
        (f"{COURIER}SECRETS", "Courier1", "it is a name of the settings"),
        (f"{P}METRICS_TOKEN", "changeme", "everybody knows it"),
    ],
)
def test_a_secret_that_everybody_knows_is_refused(name: str, value: str, reason: str):
    assert refusal(GOOD | {name: value}) == f"{name} {EASY}{reason}; `fulfillment secrets new` makes a good one."


@pytest.mark.parametrize(
    ("value", "reason"), [("12345678", "it is a row of characters"), ("awalchat", "it is a name of the settings")]
)
def test_a_secret_of_a_platform_is_made_by_the_platform_and_not_by_us(value: str, reason: str):
    sentence = refusal(GOOD | {f"{MAIN}HMAC_SECRET": value})
    assert sentence == f"{MAIN}HMAC_SECRET {EASY}{reason}; let the platform make another one."


@pytest.mark.parametrize("blank", ["…", "...", "the secret that signs calls to the API"])
def test_a_placeholder_is_called_one_whatever_its_length_with_where_the_secret_comes_from(blank: str):
    sentence = refusal(GOOD | {f"{MAIN}HMAC_SECRET": blank})
    assert sentence == f"{MAIN}HMAC_SECRET {PLACEHOLDER}the platform gave you."
    sentence = refusal(GOOD | {f"{COURIER}SECRETS": json.dumps([blank])})
    assert sentence == f"{COURIER}SECRETS {PLACEHOLDER}you were given, or one of `fulfillment secrets new`."


@pytest.mark.parametrize("placeholder", PLACEHOLDERS)
def test_a_placeholder_of_our_pages_is_refused(placeholder: str):
    sentence = refusal(GOOD | {f"{COURIER}SECRETS": json.dumps([placeholder])})
    assert sentence.startswith(tuple(f"{COURIER}SECRETS {why}" for why in (EASY, PLACEHOLDER, "must be at least")))


def test_the_placeholders_of_the_pages_were_found():
    assert len(PLACEHOLDERS) > 20
    assert [text for text in PLACEHOLDERS if len(text.encode()) >= SHORTEST_SECRET]


def test_the_settings_file_of_the_set_up_is_refused_as_it_stands(tmp_path: Path):
    sentences = refusal_of(example(README, "toml", "## Set-up"), tmp_path)
    assert len(sentences) == len(secrets_on(example(README, "toml", "## Set-up")))
    assert all(PLACEHOLDER in sentence for sentence in sentences)
    (tmp_path / "fulfillment.toml").write_text(with_own_secrets(example(README, "toml", "## Set-up")))
    load_settings({}, tmp_path)


@pytest.mark.parametrize(
    ("more", "name", "first"),
    [
        (
            {f"{OTO}TOKEN": SECRET, f"{OTO}SIGNATURE": "of-oto-alone"},
            f"{OTO}TOKEN",
            "sources.courier.secrets.signature",
        ),
        ({f"{OTO}TOKEN": "of-oto-alone", f"{OTO}SIGNATURE": "of-oto-alone"}, OTO, "sources.oto.secrets."),
        ({f"{P}METRICS_TOKEN": SECRET}, f"{P}METRICS_TOKEN", "sources.courier.secrets.signature"),
        ({f"{MAIN}HMAC_SECRET": SECRET}, f"{COURIER}SECRETS", "accounts.main.hmac_secret"),
    ],
    ids=["two sources", "two methods", "a source and the metrics", "a source and an account"],
)
def test_a_secret_for_two_purposes_is_refused(more: dict[str, str], name: str, first: str):
    sentence = refusal(GOOD | {f"{COURIER}SECRETS": f'["the-former-one", "{SECRET}"]'} | more)
    assert sentence.startswith(name)
    assert f"is the same secret as {first}" in sentence
    assert SECRET not in sentence


def test_a_platform_may_have_one_secret_for_its_calls_and_all_its_webhooks_if_they_sign_the_path():
    other = {
        name.replace(MAIN, f"{P}ACCOUNTS__OTHER__"): value for name, value in GOOD.items() if name.startswith(MAIN)
    }
    second = {f"{P}SOURCES__SECOND__{key}": value for key, value in {"PROFILE": "awalchat", "ACCOUNT": "other"}.items()}
    both = {
        **GOOD,
        **other,
        **second,
        f"{P}ACCOUNTS__OTHER__PHONE_NUMBER_ID": "2",
        f"{COURIER}ACCOUNT": "main",
        f"{P}SOURCES__AWALCHAT__ACCOUNT": "main",
        f"{P}SOURCES__AWALCHAT__SECRETS": "hmac-secret",
        f"{P}SOURCES__SECOND__SECRETS": "hmac-secret",
    }
    assert len(load_settings(both).sources) == 3
    unsigned = {f"{P}SOURCES__SECOND__SIGNED_PARTS": '["timestamp", "body"]'}
    assert "SECOND__SECRETS" in refusal(both | unsigned)


def test_the_same_secret_twice_in_one_list_is_no_mistake(tmp_path: Path):
    twice = TOML.replace("previous-one", "current-one")
    (tmp_path / "fulfillment.toml").write_text(twice)
    assert load_settings({}, tmp_path).secret_values() == ("current-one", "from-the-file")
