"""The console: what operators see and do in a browser, by the same operations as the command line.

`routes` lists all `pages`, which look, and all `acts`, which change something. `access` decides who may call them. Both
use `parts`, which are opened once; `presentation` shows values. `offers` and `buttons` lead from a page to an act.
`templates` and `static` are what a browser gets. `server` is the process, and `wiring` puts it together.

It is a process of its own, on a port of its own. It may import everything of the program, except the command line.
"""
