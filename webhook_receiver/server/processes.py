"""Runs the receiver: one process, or a few that share one listening socket."""

import errno
import logging
import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

import structlog

from webhook_receiver.server.server import Server, Timeouts

BACKLOG = 1024
ORPHANS_END = 4.0
"""Seconds for which an address may be taken by those whom a receiver has left behind."""
POLL_INTERVAL = 0.1
RESPAWN_PAUSE = 1.0
"""Seconds before a process that died is replaced: one that cannot start must not keep a machine busy."""
LAST_CALL = 20.0
"""Seconds after which a process that does not stop is killed."""
STOPS = frozenset({signal.SIGTERM, signal.SIGINT})
WATCHED = STOPS | {signal.SIGCHLD}

OpenApp = Callable[[], AbstractContextManager[object]]
"""Opens the WSGI application with all that stands behind it, and closes it again."""

log = structlog.get_logger()


class CannotListen(OSError):
    """The address is taken, or is none of this machine's; the message says so in one sentence."""


def open_socket(host: str, port: int) -> socket.socket:
    """Listen on *host* and *port*, or raise `CannotListen`.

    A name with addresses of both families, such as `localhost`, means its IPv4 address: a proxy that is told 127.0.0.1
    finds it, whatever the order of the addresses in /etc/hosts. `::` means all addresses of both families.

    An address in use gets a few seconds: the children of a receiver that was killed hold it until they notice.
    """
    ends_at = time.monotonic() + ORPHANS_END
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, *_, address = min(found, key=lambda entry: entry[0] != socket.AF_INET)
        dualstack = family == socket.AF_INET6 and socket.has_dualstack_ipv6()
        while True:
            try:
                return socket.create_server(address, family=family, backlog=BACKLOG, dualstack_ipv6=dualstack)
            except OSError as error:
                if error.errno != errno.EADDRINUSE or time.monotonic() > ends_at:
                    raise
            time.sleep(POLL_INTERVAL)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        written = f"[{host}]" if ":" in host else host
        raise CannotListen(f"Cannot listen on {written}:{port}: {why}.") from error


def serve(open_app: OpenApp, sock: socket.socket, *, max_body: int, processes: int = 1) -> None:
    """Serve on *sock* until SIGTERM or SIGINT, finishing what was received; must run in the main thread.

    With several processes, this one opens nothing of the application: each child opens its own after its birth.
    """
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a short queue is no news
    work = partial(_serve, open_app, sock, max_body)
    if processes == 1:
        work()
    else:
        _supervise(work, processes)


def _serve(open_app: OpenApp, sock: socket.socket, max_body: int, parent: int | None = None) -> None:
    # A signal that comes while the application is opened waits until there is somebody to obey it.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        with open_app() as app:
            server = Server(app, sock, max_body=max_body, timeout=Timeouts(), parent=parent)
            for number in STOPS:
                signal.signal(number, server.stop)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
            host, port = sock.getsockname()[:2]
            log.info("listening", host=host, port=port)
            server.run()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _supervise(work: Callable[..., None], processes: int) -> None:
    """Keep *processes* children alive until this process is told to stop; then stop them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
    children: set[int] = set()
    try:
        while True:
            while len(children) < processes:
                children.add(_begin(work))
            if signal.sigwaitinfo(WATCHED).si_signo != signal.SIGCHLD:
                break
            for gone in _reap(children):
                log.error("receiver_process_died", pid=gone)
                time.sleep(RESPAWN_PAUSE)
    finally:
        _end(children)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(work: Callable[..., None]) -> int:
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        work(parent=parent)
        status = 0
    except BaseException:  # a child must never return into its parent's code
        log.exception("receiver_process_failed")
    finally:
        os._exit(status)


def _reap(children: set[int]) -> list[int]:
    gone = [pid for pid in children if os.waitpid(pid, os.WNOHANG)[0]]
    children.difference_update(gone)
    return gone


def _end(children: set[int]) -> None:
    deadline = time.monotonic() + LAST_CALL
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in children:
            os.kill(pid, number)
        while children and (number == signal.SIGKILL or time.monotonic() < deadline):
            signal.sigtimedwait({signal.SIGCHLD}, 1.0)
            _reap(children)
