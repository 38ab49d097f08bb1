"""The console: what operators see and do in a browser, by the same operations as the command line.

It is a process of its own, on a port of its own. It may import everything of the program, except the command line.
"""
