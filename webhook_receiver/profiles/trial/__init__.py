"""Tries a profile with one request, for people: what the engine does step by step, and what would make it fit.

`request` and `elements` follow the engine's order of work and return `steps`. `diagnosis` says why a method of
authentication does not pass; `fitting` searches for what would make it pass, with the values of `carriers` and the
messages of `candidates`. `outline` and `advice` find what a wrong path, time or status word should have been.

Pure, like the engine. The receiver never imports it, because it does far more work than one request may cost, and says
more than a sender may know.
"""
