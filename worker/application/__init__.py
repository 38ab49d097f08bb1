"""What operators can ask and do, put together with settings, database and platforms: one part for both faces.

The command line and the console show it. `context` opens the settings and the database. `deliveries` replays,
`doctor` checks every part, `platform` calls a platform within the call budget, `sources` describes sources and
profiles, `probing` probes an account, and `wake_ups` tells the workers. It prints nothing.

It may import everything of the program, except the command line and the console.
"""
