"""The command `fulfillment worker`."""

import os

import click

from worker.cli.options import WholeNumber


@click.command()
@click.option(
    "--concurrency",
    "-c",
    type=WholeNumber(1, 256),
    default=16,
    show_default=True,
    help="Orders that are reconciled at the same time.",
)
def worker(concurrency: int) -> None:
    """Reconcile orders with their platforms, until each platform confirms the stage.

    This is Celery's worker with the right options. You may run several workers: each leases an order before it works
    on it.
    """
    from worker.service.celery_app import build_app

    options = ["--pool", "threads", "--concurrency", str(concurrency), "--without-gossip", "--without-mingle"]
    name = f"fulfillment-{os.getpid()}@%h"
    build_app().worker_main(["--quiet", "worker", *options, "--hostname", name])
