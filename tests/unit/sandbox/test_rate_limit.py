"""The rate limit of awalchat: which calls count, what the headers say, when calls are refused."""

from email.utils import parsedate_to_datetime

from deploy.sandbox.rate_limit import Limit


def limit_headers(response):
    return [int(response.headers[f"X-RateLimit-{name}"]) for name in ("Limit", "Remaining", "Reset")]


def test_reads_and_writes_count_in_the_same_window(build_api, clock):
    api = build_api(Limit(3, 60))
    api.add_order()
    start_s = int(clock.now_s)
    assert limit_headers(api.get(1)) == [3, 2, start_s + 60]
    clock.now_s += 20
    assert limit_headers(api.put(1, status="accepted")) == [3, 1, start_s + 60]


def test_calls_that_fail_count_too_and_have_the_headers(build_api):
    api = build_api(Limit(3, 60))
    assert limit_headers(api.call("GET", "/nothing"))[1] == 2
    assert limit_headers(api.call("GET", "/orders/1", Accept=None))[1] == 1


def test_calls_beyond_the_limit_are_refused_until_the_window_ends(build_api, clock):
    api = build_api(Limit(1, 60))
    api.add_order()
    api.get(1)
    clock.now_s += 18
    response = api.put(1, status="accepted")
    assert (response.status, response.json["error"], response.headers["Retry-After"]) == (
        429,
        "rate_limit_exceeded",
        "42",
    )
    assert (api.stored_order()["status"], api.totals()["throttled"]) == ("pending", 1)
    clock.now_s += 42
    assert api.put(1, status="accepted").status == 200


def test_the_control_api_changes_the_limit_at_once_and_a_reset_restores_it(api):
    assert api.control("PUT", "/limit", {"limit": 0, "window": 5}).status == 204
    assert (api.get(1).status, api.get(1).headers["Retry-After"]) == (429, "5")
    api.control("POST", "/reset")
    assert limit_headers(api.get(1))[:2] == [200, 199]
    assert api.control("PUT", "/limit", {"window": 5}).status == 400


def test_every_response_has_the_platform_s_date(api, clock):
    clock.now_s += 100_000
    assert parsedate_to_datetime(api.get(1).headers["Date"]).timestamp() == clock.now_s
