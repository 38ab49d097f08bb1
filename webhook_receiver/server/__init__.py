"""The HTTP server of the receiver, in one process or several, and of the console, on waitress.

It serves any WSGI application, and imports only `problems` and `headers` of the receiver.
"""
