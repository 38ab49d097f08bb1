"""What operators can ask and do, put together with settings, database and platforms: one part for both faces.

The command line and the console show it. `context` opens the settings and the database. `deliveries` replays, `doctor`
checks every part, `platform` calls a platform within the call budget, and `sources` describes sources and profiles.
`explaining` explains an order, `overview` and `accounts` are looks at the whole; `probing` and `scanning` do what their
names say. `acting_user` says who acts, `names` checks names, `local` knows how this machine reaches our servers, and
`wake_ups` tells the workers. It prints nothing, except what `Context.tell` of a command prints.

It may import everything of the program, except the command line and the console.
"""
