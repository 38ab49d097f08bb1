"""Hosts of a network of one's own are told from others by their names alone."""

import pytest

from worker.domain.hosts import is_own_network


@pytest.mark.parametrize(
    "host",
    [
        *("", "/run/postgresql", "@socket", "localhost", "127.0.0.1", "::1", "[::1]", "fe80::1%eth0"),
        *("10.0.0.5", "192.168.1.2", "172.16.0.1", "fd00::1", "100.64.0.1"),
        *("db", "postgres", "DB.", "db.internal", "db.local", "postgres.shop.svc", "db.default.svc.cluster.local"),
    ],
)
def test_an_own_host(host):
    assert is_own_network(host)


@pytest.mark.parametrize(
    "host", ["db.example.com", "8.8.8.8", "2001:4860:4860::8888", "internal.example.com", "db.example.com.", "a.svc.io"]
)
def test_a_host_of_others(host):
    assert not is_own_network(host)
