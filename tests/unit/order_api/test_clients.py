"""What the clients of all platforms read: names, and the days of filters."""

import pytest
from pydantic import ValidationError

from worker.order_api.awalchat.client import AwalchatFilters
from worker.order_api.cekat.client import CekatFilters
from worker.order_api.envelopes import safe_name


@pytest.mark.parametrize(
    ("value", "read"),
    [("ORD-1", "ORD-1"), (7, "7"), ("x" * 64, "x" * 64), ("x" * 65, ""), (True, ""), (None, ""), ([], "")],
)
def test_a_number_is_taken_whole_or_not_at_all(value, read):
    assert safe_name(value) == read


@pytest.mark.parametrize("value", ["86400", "yesterday", "2026-02-30", "2026-1-1", "\uff12026-01-01", ""])
@pytest.mark.parametrize("filters", [AwalchatFilters, CekatFilters])
def test_a_day_has_the_form_yyyy_mm_dd(filters, value):
    with pytest.raises(ValidationError):
        filters.model_validate({"since": value})
    assert filters.model_validate({"since": "2026-11-22"}).parameters().popitem()[1] == "2026-11-22"
