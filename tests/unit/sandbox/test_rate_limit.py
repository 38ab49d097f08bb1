"""The rate limit is real: counted, announced with every answer, refused beyond, over after its window."""

from email.utils import parsedate_to_datetime

from deploy.sandbox.world import Limit


def limits(answer):
    return [int(answer.headers[f"X-RateLimit-{name}"]) for name in ("Limit", "Remaining", "Reset")]


def test_reads_and_writes_count_down_one_window(another, clock):
    api = another(Limit(3, 60))
    api.order()
    began = int(clock())
    assert limits(api.get(1)) == [3, 2, began + 60]
    clock.now += 20
    assert limits(api.put(1, status="accepted")) == [3, 1, began + 60]


def test_calls_that_fail_count_too_and_carry_the_headers(another):
    api = another(Limit(3, 60))
    assert limits(api.call("GET", "/nothing"))[1] == 2
    assert limits(api.call("GET", "/orders/1", Accept=None))[1] == 1


def test_a_call_beyond_the_limit_is_refused_until_the_window_ends(another, clock):
    api = another(Limit(1, 60))
    api.order()
    api.get(1)
    clock.now += 18
    answer = api.put(1, status="accepted")
    assert (answer.code, answer.json["error"], answer.headers["Retry-After"]) == (429, "rate_limit_exceeded", "42")
    assert (api.seen()["status"], api.totals()["throttled"]) == ("pending", 1)
    clock.now += 42
    assert api.put(1, status="accepted").code == 200


def test_the_limit_can_be_changed_now_and_a_reset_restores_it(api):
    assert api.control("PUT", "/limit", {"limit": 0, "window": 5}).code == 204
    assert (api.get(1).code, api.get(1).headers["Retry-After"]) == (429, "5")
    api.control("POST", "/reset")
    assert limits(api.get(1))[:2] == [200, 199]
    assert api.control("PUT", "/limit", {"window": 5}).code == 400


def test_every_answer_has_the_platform_s_own_date(api, clock):
    clock.now += 100_000
    assert parsedate_to_datetime(api.get(1).headers["Date"]).timestamp() == clock.now
