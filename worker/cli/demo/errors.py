"""The error that ends the demo early."""


class DemoFailed(Exception):
    """A part of the system does not do what it should; the message is one sentence."""
