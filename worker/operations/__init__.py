"""What an operator may ask and do, as functions of values. It imports `domain` and `ports` only.

The command line prints what it returns; a web console could do the same.
"""
