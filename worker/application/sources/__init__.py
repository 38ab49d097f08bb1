"""Sources and profiles: `overview` and `looks` show them, `descriptions` says what a profile is, `checking` checks one.

`telling` is for the courier, and `renaming` gives the orders of a source to its new name.
"""
