"""The address on which the receiver listens."""

import socket

import pytest

from webhook_receiver.server.processes import CannotListen, open_socket


@pytest.mark.parametrize(
    ("host", "reason"), [("127.0.0.1", "Address already in use"), ("203.0.113.1", "Cannot assign")]
)
def test_an_address_that_cannot_be_used_is_reported_in_one_sentence(host: str, reason: str):
    with open_socket("127.0.0.1", 0) as used:
        port = used.getsockname()[1]
        with pytest.raises(CannotListen, match=rf"^Cannot listen on {host}:{port}: {reason}[^.]*\.$"):
            open_socket(host, port)


@pytest.mark.parametrize("first", [socket.AF_INET6, socket.AF_INET])
def test_localhost_listens_on_127_0_0_1_whatever_the_order_of_its_addresses(first: socket.AddressFamily, monkeypatch):
    addresses = {socket.AF_INET6: ("::1", 0, 0, 0), socket.AF_INET: ("127.0.0.1", 0)}
    entries = [(family, socket.SOCK_STREAM, 6, "", address) for family, address in addresses.items()]
    entries.sort(key=lambda entry: entry[0] != first)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: entries)
    with open_socket("localhost", 0) as sock:
        monkeypatch.undo()
        socket.create_connection(("127.0.0.1", sock.getsockname()[1]), timeout=30).close()


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_all_addresses_of_ipv6_include_those_of_ipv4():
    with open_socket("::", 0) as sock:
        for host in ("127.0.0.1", "::1"):
            socket.create_connection((host, sock.getsockname()[1]), timeout=30).close()
