"""The rate limit of Cekat: its default, and how calls beyond it are refused."""

from email.utils import parsedate_to_datetime

from deploy.sandbox.rate_limit import Limit


def test_the_default_limit_is_that_of_the_smallest_plan(api):
    assert [api.get(1).status for _ in range(61)] == [404] * 60 + [429]


def test_calls_beyond_the_limit_are_refused_and_only_then_a_header_names_the_limit(build_api, clock):
    api = build_api(Limit(2, 60))
    statuses, limit_headers = [], []
    for response in (api.get(1), api.create(), api.get(1)):
        statuses.append(response.status)
        limit_headers.append({name for name in response.headers if "limit" in name.lower() or "retry" in name.lower()})
    assert (statuses, limit_headers) == ([404, 201, 429], [set(), set(), {"retry-after"}])
    clock.now_s += 60
    assert api.get(1).status == 200


def test_a_call_beyond_the_limit_gets_cekat_s_format_and_the_platform_s_date(build_api, clock):
    clock.now_s += 100_000
    response = build_api(Limit(0, 5)).get(1)
    assert (response.status, response.json["status_code"], response.headers["Retry-After"]) == (429, 429, "5")
    assert parsedate_to_datetime(response.headers["Date"]).timestamp() == clock.now_s
