"""awalchat, after its public API reference."""
