"""The receiver process: it writes webhook deliveries to the database before it acknowledges them.

Only `wiring` imports the database, the queue, the platforms and the settings; `wsgi` imports the settings and the exit
codes. All other modules import only `worker.domain` and `worker.ports`.
"""

from flask import Flask

from webhook_receiver.views import ReceiverServices, bp


def create_app(services: ReceiverServices) -> Flask:
    """Make the WSGI application for *services*. Nothing is opened and no thread starts here."""
    app = Flask(__name__, static_folder=None)
    app.url_map.merge_slashes = False  # a redirect would lose the body
    app.extensions["receiver"] = services
    app.register_blueprint(bp)
    return app
