"""The HTTP server of `fulfillment receiver`, in one process or several, on waitress.

It serves any WSGI application, and imports only `problems` and `headers` of the receiver.
"""
