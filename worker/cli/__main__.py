"""`python -m worker.cli` is `fulfillment`, wherever the script is."""

from worker.cli import main

main()
