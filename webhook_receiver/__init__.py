"""The receiver process: it writes webhook deliveries to the database before it acknowledges them.

`views` has the routes, `reception` takes in one delivery, and `formats` and `profiles` know how each source signs and
speaks. Only `wiring` imports the database, the queue, the platforms and the settings; `wsgi` imports the settings and
the exit codes. All other modules import only `worker.domain`, `worker.ports` and `worker.text_files`.
"""
