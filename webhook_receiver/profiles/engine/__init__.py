"""The engine: small functions of values that authenticate a request and read the parts of a document.

It imports `webhook_receiver.requests` and `worker.domain`, and knows no profile file.
"""
