"""The list of all pages and acts of the console. A new module with `add_routes` is named here, and nowhere else."""

from worker.console.pages import about, health, login, overview
from worker.console.parts import AddRoutes

ROUTES: tuple[AddRoutes, ...] = (
    health.add_routes,
    login.add_routes,
    overview.add_routes,
    about.add_routes,
)
