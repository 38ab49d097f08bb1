"""The users of the console, and their sessions. Nothing else of the store knows them."""
