"""Order APIs: the port `OrderApi` over HTTP. Only this package knows one platform from another."""
