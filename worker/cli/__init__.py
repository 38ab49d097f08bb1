"""The command line: one folder for each group of commands, and flat what several of them share. It may import all else.

A command imports what it needs when it runs, so that `--help` is instant. The console script is `main.main`.
"""
