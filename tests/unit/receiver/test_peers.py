"""The address of a client: what trusted proxies tell of it counts, and what anybody else writes does not."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhook_receiver.server.peers import MAX_HOPS, is_local, is_loopback, is_trusted, peer_of

TRUSTED = [ip_network("127.0.0.1"), ip_network("10.0.0.0/8"), ip_network("2001:db8:1::/48")]
CLIENT = "203.0.113.5"


@pytest.mark.parametrize(
    ("address", "forwarded_for", "peer"),
    [
        # Whoever is no trusted proxy is the client, whatever it writes.
        (CLIENT, "", CLIENT),
        (CLIENT, "198.51.100.9", CLIENT),
        ("::ffff:203.0.113.5", "198.51.100.9", CLIENT),
        ("127.0.0.2", "198.51.100.9", "127.0.0.2"),
        # A trusted proxy adds the client on the right.
        ("127.0.0.1", CLIENT, CLIENT),
        ("::ffff:127.0.0.1", CLIENT, CLIENT),
        ("127.0.0.1", f"198.51.100.9, {CLIENT}", CLIENT),
        ("127.0.0.1", f"{CLIENT}, 10.1.2.3, 2001:db8:1::7", CLIENT),
        ("127.0.0.1", f"198.51.100.9,{CLIENT},10.1.2.3", CLIENT),
        ("10.1.2.3", "2001:DB8::1", "2001:db8::1"),
        # Some proxies add the port of the client.
        ("127.0.0.1", f"{CLIENT}:4711", CLIENT),
        ("127.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("127.0.0.1", "[2001:db8::1]", "2001:db8::1"),
        # What is no address ends the search at the last proxy that is known.
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "unknown", "127.0.0.1"),
        ("127.0.0.1", f"{CLIENT}, _hidden", "127.0.0.1"),
        ("127.0.0.1", f"{CLIENT}, , 10.1.2.3", "10.1.2.3"),
        ("127.0.0.1", "10.1.2.4, 10.1.2.3", "10.1.2.4"),
        ("127.0.0.1", "203.0.113.5\x1b[31m", "127.0.0.1"),
        ("127.0.0.1", "fe80::1%eth0", "fe80::1"),
        ("", CLIENT, ""),
        ("/run/socket", CLIENT, ""),
    ],
)
def test_the_client_is_the_first_address_from_the_right_that_is_no_trusted_proxy(address, forwarded_for, peer):
    assert peer_of(address, forwarded_for, TRUSTED) == peer


def test_without_trusted_proxies_the_client_is_the_other_end_of_the_connection():
    assert peer_of("127.0.0.1", CLIENT, []) == "127.0.0.1"


def test_a_chain_of_proxies_is_read_to_a_bound():
    assert peer_of("127.0.0.1", ",".join(["10.0.0.1"] * (MAX_HOPS - 1) + ["10.0.0.2"]), TRUSTED) == "10.0.0.1"
    chain = [CLIENT, "10.0.0.1", *["10.0.0.2"] * (MAX_HOPS - 1)]
    assert peer_of("127.0.0.1", ",".join(chain), TRUSTED) == "10.0.0.1"


@given(st.text(alphabet="0123456789abcdef.:,[]% _\x00é", max_size=80), st.ip_addresses())
def test_what_a_client_writes_never_changes_its_own_address(written, client):
    forwarded_for = f"{written}, {client}"
    network = [ip_network("127.0.0.1")]
    assert peer_of("127.0.0.1", forwarded_for, network) in {
        peer_of(str(client), "", []),
        *([peer_of("127.0.0.1", written, network)] if is_trusted(str(client), network) else []),
    }


@pytest.mark.parametrize(
    ("address", "trusted", "loopback"),
    [
        ("127.0.0.1", True, True),
        ("127.9.9.9", False, True),
        ("::1", False, True),
        ("::ffff:10.1.2.3", True, False),
        ("2001:db8:1::5", True, False),
        (CLIENT, False, False),
        ("localhost", False, False),
        ("", False, False),
    ],
)
def test_an_address_is_one_of_a_trusted_proxy_or_of_this_machine(address, trusted, loopback):
    assert (is_trusted(address, TRUSTED), is_loopback(address)) == (trusted, loopback)


@pytest.mark.parametrize(
    ("host", "local"),
    [("LocalHost:80", True), ("localho\u017ft", False), ("localhost.", False), ("127.0.0.\u0661", False)],
)
def test_a_host_is_this_machine_only_by_a_name_in_ascii(host, local):
    assert is_local("127.0.0.1", host, []) is local
