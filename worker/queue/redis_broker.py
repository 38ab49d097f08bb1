"""The transport for Redis and Valkey: kombu's own, behind a reader that drops what is no message.

kombu ends its worker for an entry of the queue that is not JSON, or has no headers, and never gets on when somebody has
put something of another type in the place of one of its keys.
"""

import ssl
from collections.abc import Callable
from functools import partial
from queue import Empty
from typing import Any, TypeVar

import redis
from kombu.transport import redis as kombu_redis

from worker.queue.dropped import dropped
from worker.queue.envelope import read_envelope
from worker.queue.messages import QUEUE, Flaw, NoWakeUp

T = TypeVar("T")


class _Client(kombu_redis.PrefixedStrictRedis):
    """A client whose BRPOP finds no entry but messages, which hold nothing that somebody else has written."""

    def parse_response(self, connection: Any, command_name: Any, **options: Any) -> Any:  # noqa: ANN401 - redis-py's
        answer = super().parse_response(connection, command_name, **options)
        if command_name != "BRPOP" or not answer:
            return answer
        queue, entry = answer
        try:
            return queue, read_envelope(entry)
        except NoWakeUp as reason:
            dropped.add(reason.flaw)
            return None  # as if no entry had come in time


_QoS: Any = kombu_redis.QoS
_Channel: Any = kombu_redis.Channel


class _UnacknowledgedMessages(_QoS):  # type: ignore[misc]
    """kombu's record of unacknowledged messages in the broker, of which nothing is ever read.

    It has whatever somebody else has written into it. Old messages are deleted instead of enqueued again: a wake-up
    expires before it is so old. Those of this process are enqueued again as it has received them.
    """

    _deletes = False

    def append(self, message: Any, delivery_tag: Any) -> None:  # noqa: ANN401 - kombu's own types
        self.channel.repairing(lambda: super(_UnacknowledgedMessages, self).append(message, delivery_tag))

    def ack(self, delivery_tag: Any) -> None:  # noqa: ANN401 - same
        self.channel.repairing(lambda: super(_UnacknowledgedMessages, self).ack(delivery_tag))

    def reject(self, delivery_tag: Any, requeue: bool = False) -> None:  # noqa: ANN401, FBT001, FBT002 - same
        self.channel.repairing(lambda: super(_UnacknowledgedMessages, self).reject(delivery_tag, requeue))

    def restore_visible(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - passed on
        self._deletes = True
        try:
            self.channel.repairing(lambda: super(_UnacknowledgedMessages, self).restore_visible(*arguments, **options))
        finally:
            self._deletes = False

    def restore_by_tag(self, tag: Any, client: Any = None, leftmost: bool = False) -> None:  # noqa: ANN401, FBT001, FBT002 - kombu's
        message = None if self._deletes else self._delivered.get(tag)
        with self.channel.conn_or_acquire(client) as connected:
            self.channel.repairing(lambda: self._restore(message, tag, connected.pipeline(), leftmost=leftmost))

    def _restore(self, message: Any, tag: Any, pipe: Any, *, leftmost: bool) -> None:  # noqa: ANN401 - kombu's own types
        self._remove_from_indices(tag, pipe)
        if message is not None:
            channel, raw = self.channel, message._raw  # noqa: SLF001 - as kombu's own does
            channel._do_restore_message(raw, "", QUEUE, pipe, leftmost)  # noqa: SLF001 - same
        pipe.execute()


class _TlsConnection(redis.SSLConnection):
    """A connection to a server that proves the name in the URL, whatever options of TLS the URL has."""

    def _wrap_socket_with_ssl(self, sock: Any) -> ssl.SSLSocket:  # noqa: ANN401 - redis-py's
        # redis-py would trust the machine's authorities besides those in the file.
        context = ssl.create_default_context(cafile=self.ca_certs)
        if self.certfile:
            context.load_cert_chain(self.certfile, self.keyfile, self.certificate_password)
        return context.wrap_socket(sock, server_hostname=self.host)


class Channel(_Channel):  # type: ignore[misc]
    """A channel with these parts. *ca_file* is an option of the transport."""

    QoS = _UnacknowledgedMessages
    connection_class_ssl = _TlsConnection
    ca_file = ""
    from_transport_options = (*_Channel.from_transport_options, "ca_file")

    def _connparams(self, asynchronous: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002 - kombu's
        parameters = super()._connparams(asynchronous)
        if self.ca_file and issubclass(parameters["connection_class"], redis.SSLConnection):
            parameters.setdefault("ssl_ca_certs", self.ca_file)
        return parameters

    def _brpop_read(self, **options: Any) -> Any:  # noqa: ANN401 - kombu's
        try:
            return super()._brpop_read(**options)
        except redis.ResponseError as error:
            if not self._delete_if_wrong(error):
                raise
            raise Empty from error

    def _queue_bind(self, *arguments: Any) -> None:  # noqa: ANN401 - kombu's
        self.repairing(lambda: super(Channel, self)._queue_bind(*arguments))

    def repairing(self, work: Callable[[], T]) -> T:
        """Return what *work* returns. It is done again, without the keys of the broker, if one had another type."""
        try:
            return work()
        except redis.ResponseError as error:
            if not self._delete_if_wrong(error):
                raise
            return work()

    def _delete_if_wrong(self, error: redis.ResponseError) -> bool:
        """Delete all keys of the queue if *error* says that one has another type, and tell whether it does.

        Somebody has put something else in its place. Which key it is, the broker does not say.
        """
        # A pipeline puts the command before the broker's words.
        if "WRONGTYPE" not in str(error):
            return False
        dropped.add(Flaw.ENVELOPE)
        queues = [self._q_for_pri(QUEUE, priority) for priority in self.priority_steps]
        bindings = [prefix % QUEUE for prefix in (self.keyprefix_queue, self.keyprefix_binding_permanent)]
        with self.conn_or_acquire() as client:
            client.delete(*queues, self.unacked_key, self.unacked_index_key, *bindings)
        return True

    def _get_client(self) -> Any:  # noqa: ANN401 - kombu's
        super()._get_client()  # it checks the version of redis-py
        return partial(_Client, global_keyprefix=self.global_keyprefix)


class Transport(kombu_redis.Transport):
    """The transport for `redis://`, `rediss://` and `redis+socket://`."""

    Channel = Channel
