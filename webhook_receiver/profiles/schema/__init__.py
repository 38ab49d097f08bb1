"""Profile files: their keys (`model`), the rules between the keys (`checks`), and how they are read (`files`).

`compilation` turns the keys into the values of the engine, and `trust` says what the authentication covers.
It imports the engine, `worker.domain`, `worker.text_files` and `worker.toml_lines`.
"""
