"""Sources that may be couriers, and may report every order because they have no `allow`."""

from pathlib import Path

from tests.unit.settings.test_carriers import ACCOUNTS, LABELS, NORTH, PLATFORM, source
from worker.operations.doctor.carriers import judge_unlimited
from worker.operations.doctor.checks import Verdict
from worker.settings import load_settings
from worker.settings.carriers import unlimited_reporters

COURIER, FASTBOX = source("courier"), source("fastbox")
OTHERS = source("west", account="other")


def found(folder: Path, *sources: str) -> dict[str, list[str]]:
    (folder / "fulfillment.toml").write_text(ACCOUNTS + "".join(sources))
    return unlimited_reporters(load_settings({}, folder).sources)


def test_a_source_of_the_open_format_beside_a_courier_is_named_until_it_says_what_it_may_report(tmp_path: Path):
    assert found(tmp_path, COURIER, FASTBOX, PLATFORM) == {"main": ["courier", "fastbox"]}
    assert found(tmp_path, COURIER, NORTH) == {"main": ["courier"]}
    assert found(tmp_path, source("shop", 'allow = ["order", "shipment"]'), NORTH) == {}


def test_who_reports_parcels_alone_is_not_named(tmp_path: Path):
    assert found(tmp_path, COURIER, PLATFORM, LABELS, OTHERS) == {}


def test_doctor_warns_of_each_and_says_what_to_write():
    courier, fastbox = judge_unlimited({"main": ["courier", "fastbox"]})
    assert courier.verdict == fastbox.verdict == Verdict.WARN
    assert "courier has no `allow`, so it may report any order of main" in courier.sentence
    assert 'write `allow = ["shipment"]` into the settings of fastbox' in fastbox.advice
