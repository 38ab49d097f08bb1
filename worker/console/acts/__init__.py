"""What operators do: one module for each family of acts. `add_routes(app, parts)` adds its routes.

A form is a GET, which shows what would happen; a POST does it. Each POST needs an operator and a form token, which the
gate checks before the view is called. The views only ask and show: what is allowed is in `worker.operations`.
"""
