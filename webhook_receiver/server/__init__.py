"""The HTTP server of `fulfillment receiver`: one process or several, on waitress.

May import `webhook_receiver.problems`, and nothing else of the receiver: it serves any WSGI application.
"""
