"""The sandbox: the order API of one of several platforms, simulated by a strict program of its own.

It imports nothing from the product, so that our signing, our fields and our steps are judged by a stranger's
arithmetic. Where the vendor's documentation can be read in two ways, the sandbox takes the stricter one.
"""
