"""Stored deliveries, read again: `replays` replays them, and `rereading` finds what cannot be used."""
