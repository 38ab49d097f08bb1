"""The sandbox: a strict simulator of one platform's order API. See README.md beside this file.

It imports nothing of `worker` or `webhook_receiver`, so that it checks our signatures, fields and steps independently.
Where the vendor's documentation allows two readings, the sandbox takes the stricter one.
"""
