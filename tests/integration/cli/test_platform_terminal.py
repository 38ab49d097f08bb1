"""What a terminal shows while orders are read, and after Ctrl-C."""

import signal

import pytest

from tests.support.commands import Commands
from tests.support.programs import until
from tests.support.sandboxes import Platform
from tests.support.terminal import HIDDEN, SHOWN, terminal

LIST = ("platform", "orders", "list")
CREATE = ("platform", "orders", "create", "--customer-id=c1", "--item=product_id=p,quantity=1,price=1", "--total=1")


def many(platform: Platform, count: int) -> None:
    platform("POST", "/orders", [{"id": n} for n in range(1, count + 1)])


def test_a_terminal_shows_how_many_orders_were_read(fulfillment: Commands, platform: Platform):
    many(platform, 30)
    with terminal(*LIST, "--all", "--page-size", "10", "--json", piped=True) as shown:
        assert shown.process.stdout is not None
        lines = shown.process.stdout.read().splitlines()
        assert (len(lines), shown.process.wait(60)) == (30, 0)
        page = shown.seen()
    total = "?" if platform.kind == "cekat_other" else "30"  # this shape of Cekat's answers has no total
    assert "orders read" in page
    assert f"10/{total}" in page
    assert page.rindex(SHOWN) > page.rindex(HIDDEN)


def test_the_bar_is_cleared_before_each_page_of_a_table(fulfillment: Commands, account_at):
    many(account_at("awalchat"), 15)
    with terminal(*LIST) as shown:
        assert shown.process.wait(60) == 0
        page = shown.seen()
    # The command clears the line of the bar before each page.
    for first in ("ORDER", "11 "):
        before = page[: page.index(first)]
        assert before.rindex("\x1b[2K") > before.rindex("orders read")


def test_only_a_terminal_shows_a_bar(fulfillment: Commands, account_at):
    many(account_at("awalchat"), 30)
    for arguments in (LIST, (*LIST, "--json")):
        result = fulfillment(*arguments)
        assert (result.err, "orders read" in result.out, "\x1b" in result.out) == ("", False, False)


@pytest.mark.parametrize("arguments", [LIST, CREATE], ids=["list", "create"])
def test_ctrl_c_leaves_a_clean_terminal(fulfillment: Commands, account_at, arguments):
    platform = account_at("cekat")
    platform.fault("delay", seconds=30)
    with terminal(*arguments) as shown:
        until(platform.calls, what="the call")
        shown.process.send_signal(signal.SIGINT)
        assert shown.process.wait(60) == 130
        page = shown.seen()
    assert page.endswith("fulfillment: interrupted\r\n")
    assert page.rfind(SHOWN) >= page.rfind(HIDDEN)
    assert "Traceback" not in page
    # After an interrupted creation, the order may exist.
    assert ("the order may have been created or not" in page) is (arguments is CREATE)
