"""One HTTP call, with a bound on its time and on the size of its response. The same for every platform.

It may import the domain, httpx and httpcore.
"""
