"""The order API of awalchat, as its public reference documents it. It imports only the modules of `deploy.sandbox`."""
