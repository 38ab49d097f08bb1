"""The demo: the whole system on this machine, a day of a small shop, and its accounts.

`day` is the story as data, told in the words of `acts`. `stage` opens the processes; `player` plays the story
through `platform` and `senders`; `watch` looks at what comes of it, and `live` or `lines` shows it. `summary` reads
everything back, and `checks` compares it with the story.
"""

from worker.cli.demo.command import demo

__all__ = ["demo"]
