"""The headers of every answer of the console: what a browser must not do with it."""

from flask import Flask, Response, request

POLICY = "; ".join(
    [
        *("default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'"),
        *("form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"),
    ]
)
"""The Content-Security-Policy: only what comes from the console itself runs, and no script in a page."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with `no-referrer`, browsers would say `Origin: null` with our own forms
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


def add_headers(app: Flask) -> None:
    """Give every answer of *app* the headers. Nobody keeps a page; a browser may keep what is in `static`."""

    @app.after_request
    def with_headers(response: Response) -> Response:
        response.headers.update(HEADERS)
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
        return response
