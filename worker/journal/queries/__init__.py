"""Read models: what people and dashboards are shown. Nothing here changes anything."""
