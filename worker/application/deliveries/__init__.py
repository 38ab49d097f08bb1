"""Stored deliveries: `finding` finds one, `rereading` and `problems` say what cannot be used, `replays` replays them.

`bodies` are shown as text, without what `masking` hides.
"""
