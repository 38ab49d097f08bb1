"""Buttons for the commands of answers: each leads to the form that does the same."""

import pytest

from worker.console.buttons import button_for
from worker.operations.acts import ACTS, ActName, act_of


@pytest.mark.parametrize(
    ("command", "url"),
    [
        ("fulfillment orders release main/4 --reason <why>", "/orders/-/release?order=main%2F4"),
        (
            "fulfillment orders advance main/4 --to delivered --reason <why>",
            "/orders/-/advance?order=main%2F4&choice=delivered",
        ),
        (
            "fulfillment orders release main/number:1 --found 17 --reason <why>",
            "/orders/-/find?order=main%2Fnumber%3A1&target=17",
        ),
        (
            "fulfillment orders release 'main/number:a b' --found ORDER --reason <why>",
            "/orders/-/find?order=main%2Fnumber%3Aa+b",
        ),
        ("fulfillment parcels drop main/4 'TRK 1' --reason <why>", "/orders/-/drop-parcel?order=main%2F4&choice=TRK+1"),
        ("fulfillment orders assign main/4 fastbox --reason <why>", "/orders/-/assign?order=main%2F4&choice=fastbox"),
        ("fulfillment deliveries replay 17", "/deliveries/-/replay?id=17"),
        (
            "fulfillment deliveries replay --source courier --reason not_allowed",
            "/deliveries/-/replay?source=courier&reason=not_allowed&outcome=quarantined",
        ),
        ("fulfillment accounts release main --reason <why>", "/accounts/main/release-account?"),
        ("fulfillment accounts probe main", "/accounts/main/probe?"),
        ("fulfillment parcels add ORDER TRK1 --create", None),
        ("fulfillment orders assign main/4 SOURCE --reason <why>", None),
        ("fulfillment worker", None),
        ("fulfillment orders explain main/4", None),
        ("fulfillment orders release main/number:it's --reason <why>", None),
        ("", None),
    ],
)
def test_a_command_has_the_button_of_the_form_that_does_the_same(command, url):
    button = button_for(command)
    assert (button.url if button else None) == url


@pytest.mark.parametrize("name", list(ActName))
def test_the_act_of_a_command_is_found(name: ActName):
    assert act_of(f"fulfillment {ACTS[name].command} X --reason Y") is name
