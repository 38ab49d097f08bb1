"""What an operator can ask and do. Results are values and sentences, which the command line prints.

It may import the domain and the ports only.
"""
