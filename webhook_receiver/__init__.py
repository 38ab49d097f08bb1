"""The receiver process: it writes webhook deliveries to the database before it acknowledges them.

`views` has the route of deliveries, `reception` takes in one of them, and `profiles` knows how each source signs and
speaks. `pages` are about the receiver itself, `background` works behind the answers, and `server` is the HTTP server.
Only `wiring` imports the database, the queue, the platforms and the settings; `wsgi` imports the settings and
`worker.processes`. All other modules import only `worker.domain`, `worker.ports` and the readers of files.
"""
