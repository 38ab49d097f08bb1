"""The account of the playground and its two senders, as data."""

from dataclasses import replace

from worker.cli.demo.senders import Sender
from worker.cli.demo.shops import RIYADH

ACCOUNT = "sandbox"
"""The account's name. An account `main`, which others may have in their variables, stays another one."""
SHOP = replace(RIYADH, account=ACCOUNT, settings={"timezone": "Asia/Riyadh"})
PLATFORM = Sender("awalchat", "awalchat")
COURIER = Sender("courier", "courier", {"allow": "shipment"})
SENDERS = (PLATFORM, COURIER)
