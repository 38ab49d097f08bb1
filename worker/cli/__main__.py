"""`python -m worker.cli` is the same program as `fulfillment`."""

from worker.cli.main import main

main()
