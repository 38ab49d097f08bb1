"""The list of all pages and acts of the console. A new module with `add_routes` is named here, and nowhere else."""

from worker.console.acts import accounts as account_acts
from worker.console.acts import bulk
from worker.console.acts import deliveries as delivery_acts
from worker.console.acts import orders as order_acts
from worker.console.acts import sources as source_acts
from worker.console.pages import (
    about,
    accounts,
    checks,
    deliveries,
    delivery,
    health,
    login,
    order,
    orders,
    overview,
    password,
    sources,
    workers,
)
from worker.console.parts import AddRoutes

ROUTES: tuple[AddRoutes, ...] = (
    health.add_routes,
    login.add_routes,
    password.add_routes,
    overview.add_routes,
    orders.add_routes,
    order.add_routes,
    order_acts.add_routes,
    bulk.add_routes,
    deliveries.add_routes,
    delivery.add_routes,
    delivery_acts.add_routes,
    accounts.add_routes,
    account_acts.add_routes,
    sources.add_routes,
    source_acts.add_routes,
    workers.add_routes,
    checks.add_routes,
    about.add_routes,
)
