"""The demo: the whole system on this machine, a day of two small shops, and what became of it.

`shops` are the shops as data, `day` is their story, told in the words of `acts`. `system` opens the processes of the
`installation`; `player` plays the story through `platform` and `senders`; `watch` looks at what comes of it, and `live`
or `lines` shows it. `findings` reads everything back, `summary` prints it, and `checks` compares it with the story.
"""

from worker.cli.demo.command import demo

__all__ = ["demo"]
