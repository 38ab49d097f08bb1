"""`fulfillment doctor`: checks every part of the installation. It may import everything of the worker.

`command` is the command, `checks` checks the parts one after another, `accounts` checks one account, `sources` says
how far a source can be trusted, and `privacy` which secrets are short and which files are open.
"""
