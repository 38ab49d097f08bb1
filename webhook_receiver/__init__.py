"""The receiver process: webhooks come in, and are written to the database before they are acknowledged.

`wiring` alone knows the database, the queue and the platforms. `wsgi` also knows the settings and the exit codes. All
other modules know `worker.domain` and `worker.ports` only.
"""

from flask import Flask

from webhook_receiver.views import ReceiverServices, bp


def create_app(services: ReceiverServices) -> Flask:
    """Make the WSGI application for *services*. Nothing is opened and no thread starts here."""
    app = Flask(__name__, static_folder=None)
    app.url_map.merge_slashes = False  # a redirect would lose the body, and the signature with it
    app.extensions["receiver"] = services
    app.register_blueprint(bp)
    return app
