"""Orders that are stuck, in one installation of four accounts.

installation  the installation, and how time passes in it
faces         what `explain` and the console say of an order
troubles      how an order gets stuck: acts of people, couriers and platforms
ways          the table of the ways to be stuck
"""
