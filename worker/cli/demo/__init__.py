"""The demo: it runs the whole system on this machine through a day of two small shops, and checks the result.

`script` has the types of actions, `shops` the two shops, `formats/` what their couriers post, and `day` the actions of
each order. `system` starts the processes. `driver` carries out the actions: `couriers` fills in the documents,
`senders` authenticates the requests, `clients` posts them, and `merchant` replays a delivery with an unknown word.
`progress` reads the effects, and `screen` shows them. At the end, `findings` reads everything, `summary` prints it, and
`checks` compares it with `day`.

It may import everything of the worker. It runs `deploy.sandbox` as a process, and does not import it.
"""
