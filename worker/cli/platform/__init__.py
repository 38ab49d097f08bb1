"""`fulfillment platform …`: the commands for orders at the platform. It may import everything of the worker.

`commands` has the commands and `options` their options for the fields of the platforms' forms; `forms` fills in a form.
`account` opens an account. `paging` reads a list page by page. `printing` prints for people, `documents` makes JSON
objects.
"""
