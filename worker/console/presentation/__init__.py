"""How values look on pages: instants, counts and texts from outside as HTML, and charts as numbers for SVG.

It decides nothing. `filters` makes the functions of the other modules known to the templates.
"""
