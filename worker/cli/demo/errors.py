"""What ends the demo before its story does."""


class DemoFailed(Exception):
    """A part of the stage does not do what it must; the message is one sentence."""
