"""Checks every part of the installation: `checks` asks the parts one after another, and `operations.doctor` judges.

`database`, `receiver` and `accounts` check these parts, `sources` says how far a source can be trusted, and `privacy`
which secrets are short and which files are open.
"""
