"""One HTTP call: in bounded time, with an answer of bounded size, or with an error of ours.

It knows no platform. It may import the domain, httpx and httpcore.
"""
