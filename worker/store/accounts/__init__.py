"""Accounts: their holds, their call limits, and the locks for what one worker does for all."""
