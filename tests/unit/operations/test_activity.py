"""What happened, in few words: the same wherever it is shown."""

import pytest

from worker.domain.instants import HOUR, MILLISECOND
from worker.domain.orders import OrderKey
from worker.domain.overview.activity import Activity, ActivityKind
from worker.operations.activity import subject_of, text_of

KEY = OrderKey("main", "1")


@pytest.mark.parametrize(
    ("entry", "subject", "text"),
    [
        (
            Activity(0, ActivityKind.DELIVERY, "accepted", row=7, order=KEY, source="oto", event="hint", count=1),
            "main/1",
            "oto: hint accepted (delivery 7)",
        ),
        (
            Activity(0, ActivityKind.DELIVERY, "accepted", row=7, order=KEY, source="oto", event="hint", count=3),
            "main/1",
            "oto: hint and 2 more accepted (delivery 7)",
        ),
        (
            Activity(0, ActivityKind.DELIVERY, "quarantined", "not_json", row=7, named="main/2", source="oto"),
            "main/2",
            "oto: quarantined: not_json (delivery 7)",
        ),
        (
            Activity(
                0, ActivityKind.WRITE, "failed", "HTTP 422", order=KEY, stage="shipped", answered_after=MILLISECOND
            ),
            "main/1",
            "shipped failed in 1 ms: HTTP 422",
        ),
        (Activity(0, ActivityKind.WRITE, "sent", order=KEY, stage="shipped"), "main/1", "shipped sent"),
        (Activity(0, ActivityKind.DECISION, "stopped", "refused", order=KEY), "main/1", "stopped: refused"),
        (
            Activity(0, ActivityKind.WAIT, "api_unavailable", "HTTP 503", order=KEY, until=HOUR),
            "main/1",
            "api_unavailable: HTTP 503, again in 1 h",
        ),
        (Activity(0, ActivityKind.WAIT, "settle", order=KEY, until=0), "main/1", "settle"),
        (Activity(0, ActivityKind.HOLD, "outage", "HTTP 503", account="main"), "main", "outage: HTTP 503"),
        (Activity(0, ActivityKind.LIFTED, "outage", account="main"), "main", "outage"),
        (
            Activity(0, ActivityKind.REFUSED, "bad_signature", source="oto", count=2),
            "",
            "2 requests of oto: bad_signature",
        ),
        (
            Activity(0, ActivityKind.REFUSED, "unknown_path", "/x", count=1),
            "",
            "1 request of no source: unknown_path: /x",
        ),
    ],
    ids=str,
)
def test_each_kind_says_what_has_happened(entry: Activity, subject: str, text: str):
    assert (subject_of(entry), text_of(entry)) == (subject, text)
