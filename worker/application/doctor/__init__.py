"""Checks every part of the installation: `checks` asks the parts one after another, and `operations.doctor` judges.

`accounts` checks one account, `sources` says how far a source can be trusted, and `privacy` which secrets are short and
which files are open.
"""
