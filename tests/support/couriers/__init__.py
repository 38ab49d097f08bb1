"""The webhook deliveries of real couriers, made here: their field names and signatures, with values of our own."""
