"""The demo: the whole system on this machine, a day of two small shops, and a check of its result.

`script` has the kinds of actions, and `day` the actions of each order in the `shops`. `system` starts the processes;
`driver` carries out the actions through `clients`; `progress` reads the result, and `screen` shows it. At the end,
`findings` reads everything, `summary` prints it, and `checks` compares it with the day.
"""
