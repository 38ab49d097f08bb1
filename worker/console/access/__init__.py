"""Who may use the console, and for what: users, logins, sessions, roles, tokens against forged forms.

It imports Flask only in `gate`, which every request passes before a page sees it.
"""
