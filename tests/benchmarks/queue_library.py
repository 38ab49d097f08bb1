"""The same as the asyncio baseline, with a library for the queue, as most people would do it.

`python -m tests.benchmarks.queue_library receiver PORT PROCESSES`, or `worker SLOTS`.
"""

import sys

from saq import Worker
from saq.queue.redis import RedisQueue
from saq.types import Context

from tests.benchmarks import asyncio_baseline
from tests.benchmarks.asyncio_baseline import News


class Queue(RedisQueue):
    """The library's queue, with the one method that the baseline's receiver calls."""

    async def put(self, news: News) -> None:
        """Append an event."""
        await self.enqueue("move", retries=asyncio_baseline.TRIES, retry_delay=1, retry_backoff=True, **news)


async def work(slots: int) -> None:
    """Take events from the queue until the process ends, at most *slots* at once."""
    async with asyncio_baseline.open_session(slots) as session:

        async def move(_: Context, *, order_id: int, stage: str) -> None:
            await asyncio_baseline.move(session, order_id, stage)

        worker = Worker(queue(), functions=[("move", move)], concurrency=slots)
        asyncio_baseline.report("ready")
        await worker.start()


def queue() -> Queue:
    """Return a client of the queue."""
    return Queue(asyncio_baseline.redis_client())


if __name__ == "__main__":
    asyncio_baseline.main(sys.argv[1:], queue=queue, work=work)
