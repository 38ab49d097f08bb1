"""Wrong passwords are limited by address and by name, in bounded memory; others lock nobody out of a known place."""

import pytest

from worker.console.access import login_limit
from worker.console.access.login_limit import SECONDS_OF_A_TRY, TRIES_AT_ONCE, LoginLimit, network_of

HERE, THERE = "192.0.2.1", "192.0.2.2"


class Seconds:
    """A clock that a test sets."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def limit(seconds: Seconds) -> LoginLimit:
    return LoginLimit(seconds)


def use_up(limit: LoginLimit, address: str, name: str) -> None:
    assert [limit.take(address, name) for _ in range(TRIES_AT_ONCE)] == [0.0] * TRIES_AT_ONCE


def test_after_so_many_wrong_passwords_one_waits_for_each_further_one(limit: LoginLimit, seconds: Seconds):
    use_up(limit, HERE, "sara")
    assert limit.take(HERE, "sara") == SECONDS_OF_A_TRY
    seconds.now += SECONDS_OF_A_TRY
    assert limit.take(HERE, "sara") == 0.0
    assert limit.take(HERE, "sara") == SECONDS_OF_A_TRY


def test_the_tries_come_back_and_are_no_more_than_at_first(limit: LoginLimit, seconds: Seconds):
    use_up(limit, HERE, "sara")
    seconds.now += 100 * TRIES_AT_ONCE * SECONDS_OF_A_TRY
    use_up(limit, HERE, "sara")
    assert limit.take(HERE, "sara") > 0


def test_an_address_is_limited_whichever_names_it_tries(limit: LoginLimit):
    assert [limit.take(HERE, f"user{number}") for number in range(TRIES_AT_ONCE)] == [0.0] * TRIES_AT_ONCE
    assert limit.take(HERE, "another") > 0
    assert limit.take(THERE, "another") == 0.0


def test_a_name_is_limited_from_whichever_addresses_it_is_tried(limit: LoginLimit):
    assert [limit.take(f"192.0.2.{number}", "sara") for number in range(TRIES_AT_ONCE)] == [0.0] * TRIES_AT_ONCE
    assert limit.take("198.51.100.1", "sara") > 0
    assert limit.take("198.51.100.1", "olga") == 0.0


def test_who_has_logged_in_from_an_address_is_not_locked_out_there_by_others(limit: LoginLimit):
    assert limit.take(HERE, "sara") == 0.0
    limit.give_back(HERE, "sara", is_known=True)
    for number in range(3 * TRIES_AT_ONCE):
        limit.take(f"198.51.100.{number}", "sara")
    assert limit.take("203.0.113.1", "sara") > 0
    assert limit.take(HERE, "sara") == 0.0


def test_a_right_password_uses_up_nothing(limit: LoginLimit):
    for _ in range(5 * TRIES_AT_ONCE):
        assert limit.take(HERE, "sara") == 0.0
        limit.give_back(HERE, "sara", is_known=True)


def test_a_try_that_is_given_back_without_a_right_password_makes_nobody_known(limit: LoginLimit):
    for _ in range(5 * TRIES_AT_ONCE):
        assert limit.take(HERE, "sara") == 0.0
        limit.give_back(HERE, "sara")
    use_up(limit, THERE, "sara")
    assert limit.take(HERE, "sara") > 0


def test_the_memory_is_bounded_and_a_name_is_not_forgotten_for_many_addresses(
    limit: LoginLimit, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(login_limit, "MAX_KEYS", 5)
    for number in range(TRIES_AT_ONCE):
        limit.take(f"192.0.2.{number}", "sara")
    for number in range(50):
        limit.give_back(f"198.51.100.{number}", f"user{number}", is_known=True)
    assert limit.size <= 3 * 5
    assert limit.take("203.0.113.9", "sara") > 0


@pytest.mark.parametrize(
    ("address", "network"),
    [
        *(("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"), ("", ""), ("nonsense", "")),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
    ],
)
def test_a_network_of_ipv6_counts_as_one_address(address: str, network: str):
    assert network_of(address) == network
