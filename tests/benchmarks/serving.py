"""`python -m tests.benchmarks.serving MODULE PORT PROCESSES`: serves a WSGI application with our receiver's server."""

import sys
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module

from webhook_receiver.server.processes import open_socket, serve

MAX_BODY = 262_144


def main(module: str, port: str, processes: str) -> None:
    """Serve `app` of *module*; every process opens its own, as ours do."""

    def open_app() -> AbstractContextManager[object]:
        return nullcontext(import_module(module).app)

    with open_socket("127.0.0.1", int(port)) as sock:
        serve(open_app, sock, max_body=MAX_BODY, processes=int(processes))


if __name__ == "__main__":
    main(*sys.argv[1:])
