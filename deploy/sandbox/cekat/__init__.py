"""The order API of Cekat, as its public reference documents it. It imports only the modules of `deploy.sandbox`."""
