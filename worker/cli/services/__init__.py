"""The services: `fulfillment receiver`, `worker`, and `up`, which runs both and the console; and `migrate` before them.

`console` runs the console; its commands are in `worker.cli.console`. `banner` and `live` have what `up` prints.
It may import everything of the program.
"""
