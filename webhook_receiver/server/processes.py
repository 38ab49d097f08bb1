"""Runs a WSGI application: in one process, or in a few that share one listening socket."""

import errno
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from types import FrameType

import structlog

from webhook_receiver.server.limits import Limits
from webhook_receiver.server.peers import Network, is_loopback, is_trusted
from webhook_receiver.server.server import Server
from webhook_receiver.server.timeouts import Timeouts
from worker.domain.errors import StoreError

LISTEN_BACKLOG = 1024
BIND_TIMEOUT_SECONDS = 4.0
"""How long an address in use is tried, because the children of a receiver that was killed hold it until they stop."""
POLL_INTERVAL_SECONDS = 0.1
RESPAWN_PAUSE_SECONDS = 1.0
"""The pause before a process that died is replaced, because one that cannot start must not keep the machine busy."""
KILL_AFTER_SECONDS = 20.0
"""A process that has not stopped by then is killed."""
SWITCH_INTERVAL_SECONDS = 0.001
"""After so long, a thread that answers a request makes room for the thread that reads all sockets."""
STOP_SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT})
SUPERVISED_SIGNALS = STOP_SIGNALS | {signal.SIGCHLD}

OpenApp = Callable[[], AbstractContextManager[object]]
"""Opens the WSGI application with its services, as a context that closes them."""

log = structlog.get_logger()


class CannotListen(OSError):
    """The address is in use, or this machine does not have it. The message is one sentence."""


def open_socket(host: str, port: int) -> socket.socket:
    """Return a socket that listens on *host* and *port*. Raises `CannotListen`.

    If a name has addresses of both families, as `localhost` has, its IPv4 address is used, whatever the sequence in
    /etc/hosts: so a proxy finds the receiver at 127.0.0.1. `::` means all addresses of both families. An address in use
    is tried for `BIND_TIMEOUT_SECONDS`.
    """
    deadline = time.monotonic() + BIND_TIMEOUT_SECONDS
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, *_, address = min(addresses, key=lambda entry: entry[0] != socket.AF_INET)
        dualstack = family == socket.AF_INET6 and socket.has_dualstack_ipv6()
        while True:
            try:
                return socket.create_server(address, family=family, backlog=LISTEN_BACKLOG, dualstack_ipv6=dualstack)
            except OSError as error:
                if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                    raise
            time.sleep(POLL_INTERVAL_SECONDS)
    except OSError as error:
        cause = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        host_in_url = f"[{host}]" if ":" in host else host
        raise CannotListen(f"Cannot listen on {host_in_url}:{port}: {cause}.") from error


def serve(
    open_app: OpenApp, sock: socket.socket, *, max_body: int, processes: int = 1, proxies: Sequence[Network] = ()
) -> None:
    """Serve on *sock* until SIGTERM or SIGINT, then answer the requests that were received. Call it in the main thread.

    *max_body* (bytes) is the largest body that any source may send. With several *processes*, each child opens the
    application after the fork, and this process only supervises them. An address in one of the networks *proxies*, or
    on this machine, may have any number of connections, because it forwards the requests of many clients.
    """
    limits = Limits(is_proxy=lambda address: is_loopback(address) or is_trusted(address, proxies))
    work = partial(_serve, open_app, sock, max_body, limits)
    if processes == 1:
        work()
    else:
        _supervise(work, processes)


def _serve(open_app: OpenApp, sock: socket.socket, max_body: int, limits: Limits, parent: int | None = None) -> None:
    # A signal that comes while the application is opened is blocked until the server can handle it.
    mask_before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        with open_app() as app:
            server = Server(app, sock, max_body=max_body, timeouts=Timeouts(), limits=limits, parent=parent)
            for number in STOP_SIGNALS:
                signal.signal(number, partial(_stop_or_end, server))
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
            sys.setswitchinterval(SWITCH_INTERVAL_SECONDS)
            host, port = sock.getsockname()[:2]
            log.info("listening", host=host, port=port)
            server.run()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask_before)


def _stop_or_end(server: Server, number: int, _frame: FrameType | None) -> None:
    """Stop *server*; at a second signal, end this process at once. What is acknowledged is written already."""
    if server.is_stopping:
        os._exit(128 + number)
    server.stop()


def _supervise(work: Callable[..., None], processes: int) -> None:
    """Keep *processes* children alive until SIGTERM or SIGINT; then stop them."""
    mask_before = signal.pthread_sigmask(signal.SIG_BLOCK, SUPERVISED_SIGNALS)
    children: set[int] = set()
    try:
        while True:
            while len(children) < processes:
                children.add(_fork(work))
            if signal.sigwaitinfo(SUPERVISED_SIGNALS).si_signo != signal.SIGCHLD:
                break
            for pid in _reap(children):
                log.error("receiver_process_died", pid=pid)
                time.sleep(RESPAWN_PAUSE_SECONDS)
    finally:
        _stop(children)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask_before)


def _fork(work: Callable[..., None]) -> int:
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        work(parent=parent)
        status = 0
    except StoreError as error:  # the database is away; the next process tries again after a pause
        log.warning("receiver_process_failed", detail=str(error))
    except BaseException:  # a child must never return into its parent's code
        log.exception("receiver_process_failed")
    finally:
        os._exit(status)


def _reap(children: set[int]) -> list[int]:
    """Remove the children that have ended from *children*, and return their process ids."""
    ended = [pid for pid in children if os.waitpid(pid, os.WNOHANG)[0]]
    children.difference_update(ended)
    return ended


def _stop(children: set[int]) -> None:
    """Ask all children to stop; kill those that run after `KILL_AFTER_SECONDS`, or after a second signal."""
    deadline = time.monotonic() + KILL_AFTER_SECONDS
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in children:
            os.kill(pid, number)
        while children and (number == signal.SIGKILL or time.monotonic() < deadline):
            received = signal.sigtimedwait(SUPERVISED_SIGNALS, 1.0)
            _reap(children)
            if received and received.si_signo in STOP_SIGNALS:
                deadline = 0.0
