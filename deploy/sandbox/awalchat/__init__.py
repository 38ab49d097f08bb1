"""The order API of awalchat, after the vendor's public reference, read strictly."""
