"""The order APIs of the platforms: the port `OrderApi` over HTTP. Only this package knows one platform from another.

It may import the domain, the ports and `worker.secret`. `platforms`, `credentials`, `clients`, `statuses`, `base_urls`
and each platform's `credentials` and `vocabulary` load no HTTP client, because settings and `--help` import them.
"""
