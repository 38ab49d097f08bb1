"""What an operator can ask and do. Results are values and sentences, which both faces show.

It may import the domain and the ports only.
"""
