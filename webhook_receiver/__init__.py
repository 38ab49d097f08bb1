"""The front door: webhooks in, written down before they are acknowledged."""

from flask import Flask

from webhook_receiver.views import House, bp


def create_app(house: House) -> Flask:
    """Make the WSGI application around *house*; nothing is opened and no thread begins here."""
    app = Flask(__name__, static_folder=None)
    app.url_map.merge_slashes = False  # a redirect would lose the body, and the signature with it
    app.extensions["house"] = house
    app.register_blueprint(bp)
    return app
