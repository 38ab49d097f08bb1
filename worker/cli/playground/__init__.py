"""The playground of `fulfillment up --sandbox`: settings in a folder of its own, a simulated platform, sample orders.

`folder` makes the folder and its settings, `samples` the orders and their webhooks, and `guide` the text about them.
It may import everything of the worker. It runs `deploy.sandbox` as a process, and does not import it.
"""
