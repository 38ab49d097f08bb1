"""The WSGI application of the receiver."""

from flask import Flask

from webhook_receiver.views import ReceiverServices, bp


def create_app(services: ReceiverServices) -> Flask:
    """Make the WSGI application for *services*. Nothing is opened and no thread starts here."""
    app = Flask(__name__, static_folder=None)
    app.url_map.merge_slashes = False  # a redirect would lose the body
    app.extensions["receiver"] = services
    app.register_blueprint(bp)
    return app
