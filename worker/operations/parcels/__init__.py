"""What an operator may do about the parcels of an order: register, remove or put away one."""
