"""The command line `fulfillment`: one folder for each command or group of commands. It may import everything else.

`main` runs a command, and `commands` says in which module it is. `failures` has the exit code and the message for each
error. Several commands share `options`, `printing` (for people), `json_lines` (for programs) and `local`; what they
share with the console is in `worker.application`.

A command imports what it needs when it runs, so that `--help` is instant.
"""
