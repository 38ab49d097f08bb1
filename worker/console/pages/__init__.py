"""The pages that show something: one module for each. `add_routes(app, parts)` adds its routes, all of them GET."""
