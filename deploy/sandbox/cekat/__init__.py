"""The order API of Cekat, after the vendor's public reference, read strictly."""
