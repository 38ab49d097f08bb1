"""A list of deliveries shows the beginning of a long detail."""

import pytest

from worker.cli.deliveries.printing import MAX_DETAIL, print_deliveries
from worker.store.queries.deliveries import DeliveryRow


def listed(detail: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Return on one line what a list prints of one delivery with this *detail*."""
    print_deliveries([DeliveryRow(1, "oto", 0, "stale", "", detail, None, 2)])
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("more", ["word", " and more", "s and more of them"])
def test_a_long_detail_ends_behind_a_word_with_a_sign_that_more_follows(more: str, capsys: pytest.CaptureFixture[str]):
    words = "word " * (MAX_DETAIL // 5 - 1)
    whole = f"{words}{'x' * (MAX_DETAIL - len(words))}"
    shown = whole if more.startswith(" ") else words.rstrip()
    assert listed(whole + more, capsys).endswith(f"stale {shown} …")


def test_a_detail_that_has_room_is_shown_as_it_is(capsys: pytest.CaptureFixture[str]):
    assert listed("it has no order", capsys).endswith(" it has no order")
