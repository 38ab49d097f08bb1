"""What an operator can ask and do. Results are values and sentences, which both faces show.

`acts` lists all acts, `possible_acts` says which of them the state of an order allows, and `previews` what would
follow. `orders`, `references`, `carriers`, `parcels`, `closing` and `bulk` do them. `explain` and `doctor` find
out what is wrong; `advice` says what to do about each stop and hold. `store` is the port to the database.

It may import the domain and the ports only.
"""
