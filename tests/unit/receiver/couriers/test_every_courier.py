"""What holds for the deliveries of every courier with a built-in profile."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import webhook_receiver
import worker
from tests.support.couriers.everyone import COURIERS
from tests.support.couriers.oto import OTO
from tests.support.couriers.receiving import AGO, NOW, Received, Receiver, fits, received
from tests.support.couriers.samples import Courier, Sample, Sent
from webhook_receiver.profiles.schema.files import builtin_names, load_profile

NAMES = [courier.profile for courier in COURIERS]
every_courier = pytest.mark.parametrize("courier", COURIERS, ids=NAMES)
BODY_NOT_READ_BEFORE = [courier for courier in COURIERS if courier is not OTO]
"""The couriers whose deliveries are authenticated without reading the body."""
DELIVERED = {
    "oto": "delivered",
    "bosta": "45",
    "bosta_international": "60",
    "biteship": "delivered",
    "kiriminaja": "finished_packages",
    "aftership": "Delivered",
    "easypost": "delivered",
    "aymakan": "AY-0005",
    "ninjavan": "Delivered",
    "sendcloud": "11",
    "karrio": "delivered",
}
"""Each courier's word for it."""
TRACKING_PAGES = {
    "oto": "https://track.example/b/OTO21010001",
    "biteship": "https://track.example/6de509",
    "easypost": "https://track.example/EZ260001",
    "sendcloud": "https://tracking.example/forward?verification=&code=3SYZXG29001",
    "karrio": "https://track.example/KA300001",
}


def delivered(courier: Courier, **secrets: str) -> Sent:
    return courier.sent(courier.document(DELIVERED[courier.profile], AGO(1)), {**courier.secrets, **secrets})


def each_sample(courier: Courier) -> Iterator[tuple[Sample, Received]]:
    """Yield each ordinary sample of *courier*, and what came of it after all earlier ones."""
    receiver = Receiver(courier)
    for sample in courier.samples(AGO):
        yield sample, receiver.receive(sample.sent)


def test_every_built_in_courier_has_samples():
    assert sorted(NAMES) == [name for name in builtin_names() if not load_profile(name).capture]


@pytest.mark.parametrize("name", builtin_names())
def test_every_built_in_profile_loads(name: str):
    assert load_profile(name).title


@every_courier
def test_no_tracking_number_and_no_tracking_url_of_a_courier_is_left_out(courier: Courier):
    details = [result.detail for _, result in each_sample(courier)]
    assert not [detail for detail in details if "the tracking" in detail]


@every_courier
def test_every_sample_has_its_outcome_and_its_events(courier: Courier):
    for sample, result in each_sample(courier):
        assert (sample.title, result.outcome, result.reason) == (sample.title, sample.outcome, sample.reason)
        if sample.news:
            assert len(result.news) == len(sample.news), sample.title
            assert all(map(fits, sample.news, result.news)), (sample.title, result.news)


@every_courier
def test_an_event_is_shown_with_its_time_to_the_second(courier: Courier):
    (news,) = received(courier, delivered(courier)).news
    assert news.at == AGO(1)


@every_courier
def test_the_tracking_page_is_read_where_the_courier_has_one(courier: Courier):
    (event,) = received(courier, delivered(courier)).events
    assert event.tracking_url == TRACKING_PAGES.get(courier.profile, "")


@pytest.mark.parametrize("name", ["aftership", "easypost", "karrio"])
def test_a_courier_that_repeats_the_whole_history_may_send_more(name: str):
    assert load_profile(name).max_body == 4 * 65_536


@every_courier
def test_a_wrong_secret_of_any_method_is_refused(courier: Courier):
    assert received(courier, delivered(courier)).outcome == "accepted"
    for method in courier.secrets:
        assert received(courier, delivered(courier, **{method: "some other secret"})).outcome == "refused"


@every_courier
@pytest.mark.parametrize("written", [None, "", "{0}, {0}", "{0},{0}", " {0}x", "x{0}"])
def test_a_header_that_is_missing_or_doubled_or_longer_is_refused(courier: Courier, written: str | None):
    sent = delivered(courier)
    for name in set(sent.headers) - {"Content-Type", "User-Agent", "Accept"}:
        value = None if written is None else written.format(sent.headers[name])
        assert received(courier, sent.with_header(name, value)).outcome == "refused"


@every_courier
def test_two_secrets_are_good_while_one_of_them_is_changed(courier: Courier):
    fresh = {method: f"fresh {method}" for method in courier.secrets}
    several = {method: [fresh[method], secret] for method, secret in courier.secrets.items()}
    receiver = Receiver(courier, several)
    assert receiver.receive(delivered(courier)).outcome == "accepted"
    assert receiver.receive(delivered(courier, **fresh)).outcome in {"accepted", "duplicate"}
    assert receiver.receive(delivered(courier, **dict.fromkeys(fresh, "a third secret"))).outcome == "refused"


@every_courier
def test_another_http_method_is_refused(courier: Courier):
    sent = delivered(courier)
    assert received(courier, Sent(sent.headers, sent.body, "DELETE")).outcome == "refused"


@every_courier
def test_a_word_that_nobody_has_told_is_quarantined_with_the_word(courier: Courier):
    result = received(courier, courier.sent(courier.document("never_heard_of", AGO(1))))
    assert (result.outcome, result.reason) == ("quarantined", "unknown_event")
    assert "never_heard_of" in result.detail


@every_courier
@pytest.mark.parametrize("sent_word", ["never_heard_of", " never  heard\tof ", "لم يسمع", "x" * 150])
def test_a_word_of_the_source_itself_heals_that(courier: Courier, sent_word: str):
    sent = courier.sent(courier.document(sent_word, AGO(1)))
    word = received(courier, sent).detail
    (news,) = received(courier, sent, statuses={word: "in_transit"}).news
    assert news.name == "in_transit"
    assert received(courier, sent, statuses={word: "info"}).outcome == "ignored"


@every_courier
@pytest.mark.parametrize("moment", [None, "", "yesterday", "2026-99-99T00:00:00Z", 7, "99999999999999999999999999"])
def test_without_a_readable_time_the_arrival_counts_and_the_news_is_kept(courier: Courier, moment: str | int | None):
    word = DELIVERED[courier.profile]
    result = received(courier, courier.sent(courier.document(word, moment)))
    (news,) = result.news
    assert (result.outcome, news.name, news.at) == ("accepted", "delivered", NOW)
    assert "the arrival counts" in result.detail


@every_courier
def test_the_same_news_twice_is_a_duplicate_even_without_a_time(courier: Courier):
    receiver = Receiver(courier)
    sent = courier.sent(courier.document(DELIVERED[courier.profile], None))
    assert [receiver.receive(sent).outcome for _ in range(2)] == ["accepted", "duplicate"]


@pytest.mark.parametrize("courier", BODY_NOT_READ_BEFORE, ids=lambda courier: courier.profile)
@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"NaN", b"[" * 100])
def test_an_authentic_body_that_cannot_be_read_is_quarantined(courier: Courier, body: bytes):
    result = received(courier, courier.sent(body))
    assert result.outcome == "quarantined" or (body == b"" and result.outcome == "probe")
    assert not result.events


def test_no_python_file_names_a_courier():
    names = {name.partition("_")[0] for name in NAMES}
    files = [file for package in (worker, webhook_receiver) for file in Path(package.__path__[0]).rglob("*.py")]
    assert len(files) > 100
    for file in files:
        words = file.read_text().lower().replace("ninja van", "ninjavan")
        assert not names & set(re.findall("[a-z]+", words)), file
