"""When there are too many connections: whose are closed, and which of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhook_receiver.server.crowding import Standing, Use, network_of, to_close

STRANGER, COURIER = "203.0.113.5", "198.51.100.7"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("::ffff:203.0.113.5", "203.0.113.5"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::1", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("::1", "::"),
    ],
)
def test_a_network_of_ipv6_counts_as_one_address(address: str, network: str):
    assert network_of(address) == network


def test_who_has_most_connections_loses_some_and_others_keep_theirs():
    strangers = [Standing(STRANGER, Use.SENDING, float(n)) for n in range(20)]
    couriers = [Standing(COURIER, Use.SENDING, float(n)) for n in range(3)]
    assert sorted(to_close(couriers + strangers, 10)) == list(range(3, 13))


def test_of_one_address_those_of_least_use_are_closed_first_and_the_oldest_of_them():
    connections = [
        Standing(STRANGER, Use.SENDING, 1.0),
        Standing(STRANGER, Use.IDLE, 9.0),
        Standing(STRANGER, Use.IDLE, 2.0),
        Standing(STRANGER, Use.ANSWERED, 10.0),
        Standing(STRANGER, Use.SENDING, 5.0),
    ]
    assert to_close(connections, 5) == [3, 2, 1, 0, 4]


def test_a_request_that_waits_for_its_answer_keeps_its_connection():
    assert to_close([Standing(STRANGER, Use.WAITING, 0.0)] * 5, 3) == []


standings = st.builds(Standing, st.sampled_from([STRANGER, COURIER, "c"]), st.sampled_from(Use), st.floats(0, 100))


@given(st.lists(standings, max_size=30), st.integers(0, 40))
def test_as_many_are_closed_as_wanted_and_possible(connections: list[Standing], count: int):
    closed = to_close(connections, count)
    closable = [index for index, connection in enumerate(connections) if connection.use is not Use.WAITING]
    assert len(closed) == len(set(closed)) == min(count, len(closable))
    assert set(closed) <= set(closable)
