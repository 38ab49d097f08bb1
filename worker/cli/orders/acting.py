"""Runs `retry`, `release` and `close`: on one order, or on all that the options choose."""

from functools import partial

import click

from worker.application.context import Context, open_database
from worker.cli.orders.choosing import Chosen, act_on_many
from worker.cli.orders.item_printing import item_line
from worker.cli.printing import print_sentence
from worker.domain.orders import OrderKey
from worker.operations import closing, references
from worker.operations.acts import ActName
from worker.operations.bulk import Act, Item, ItemResult, item_of, plan, require_possible
from worker.operations.foreseeing import foresee
from worker.operations.orders import require_reason
from worker.processes.exits import WELL


def run(act: Act, chosen: Chosen, reason: str, *, dry_run: bool, yes: bool, as_json: bool) -> int:
    """Do *act*, and return the exit code; *dry_run* needs no *reason*. Raises `IllegalRequest` and `UsageError`."""
    chosen.require_one_way()
    reason = "" if dry_run else require_reason(reason)
    with open_database() as context:
        if chosen.order is not None:
            _act_on_one(context, act, chosen, reason, dry_run=dry_run, as_json=as_json)
            return WELL
        choice = chosen.choice(waiting_orders=act is Act.RETRY and not chosen.stop)
        return act_on_many(context, act, choice, reason, dry_run=dry_run, yes=yes, as_json=as_json)


def _act_on_one(context: Context, act: Act, chosen: Chosen, reason: str, *, dry_run: bool, as_json: bool) -> None:
    operations = context.operations
    key = operations.find(chosen.order or "")
    before = operations.snapshot(key)
    if dry_run:
        require_possible(operations, before, act, chosen.stop)
        (planned,) = plan([before], act, context.policies)
        _print(planned, before.now, as_json=as_json)
        return
    sentence = _do(context, act, key, reason, chosen.stop)
    if as_json:
        _print(item_of(before, ItemResult.DONE, sentence), before.now, as_json=True)
    else:
        print_sentence(sentence)


def _print(item: Item, now: int, *, as_json: bool) -> None:
    click.echo(item_line(item, now, as_json=as_json))


def _do(context: Context, act: Act, key: OrderKey, reason: str, stop: str) -> str:
    operations = context.operations
    match act:
        case Act.RETRY:
            return operations.retry(key, reason, stop)
        case Act.RELEASE:
            return operations.release(key, reason, stop)
        case Act.CLOSE:
            return closing.close(operations, key, reason, stop)


def print_foreseen(context: Context, name: ActName, key: OrderKey, choice: str, *, create: bool) -> None:
    """Print what follows from the act *name* on the order *key*: see `foresee`, which raises `IllegalRequest`."""
    preview = foresee(context.operations, name, key, choice, context.policies, create=create)
    print_sentence(f"{key}: {preview.text}")


def resolve(reference: str, target: str, reason: str, stop: str, *, unseen: bool, dry_run: bool) -> int:
    """Give the events of *reference* to the order *target*, which the platform must show, and print what follows.

    With *dry_run*, print only what would follow.
    """
    from worker.application.platform.looking import look_at

    with open_database() as context:
        operations = context.operations
        look, key = references.Look(partial(look_at, context), unseen=unseen), operations.find(reference)
        if dry_run:
            print_sentence(references.foresee(operations, key, target, look, stop))
        else:
            print_sentence(references.resolve(operations, key, target, reason, look, stop))
    return WELL
