"""The port `OrderApi` over HTTP. Each platform has a folder; everything else here is the same for all platforms.

It may import the domain, the ports and `worker.secret`. `platforms`, `credentials`, `clients`, `statuses`, `base_urls`
and each platform's `credentials` and `vocabulary` load no HTTP client, because settings and `--help` import them.
"""
