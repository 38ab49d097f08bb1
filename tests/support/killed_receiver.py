"""A receiver that kills itself at a point between the commit of a group of deliveries and their answers.

`python -m tests.support.killed_receiver POINT NUMBER` serves like `fulfillment receiver`, and is killed by SIGKILL when
it comes to *POINT* for the *NUMBER*th time.
"""

import os
import signal
import sys
from collections.abc import Callable
from functools import wraps
from itertools import count
from typing import Any

from webhook_receiver import views
from webhook_receiver.server.channel import Channel
from worker.cli.main import main
from worker.store.database.group_commit import GroupCommit

POINTS: dict[str, tuple[Any, str]] = {
    "commit": (GroupCommit, "_hand_over"),
    "answer": (views, "answer_to"),
    "socket": (Channel, "send_now"),
}
"""After the commit, before any receipt is used; before an answer is made; before an answer is sent."""


def kill_at(point: str, number: int) -> None:
    """Have this process killed when it comes to *point* for the *number*th time."""
    owner, name = POINTS[point]
    function: Callable[..., Any] = getattr(owner, name)
    numbers = count(1)

    @wraps(function)
    def counting(*arguments: Any, **options: Any) -> Any:
        if next(numbers) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **options)

    setattr(owner, name, counting)


if __name__ == "__main__":
    kill_at(sys.argv[1], int(sys.argv[2]))
    main(["receiver"])
