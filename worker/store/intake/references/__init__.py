"""References in the intake: who waits for a parcel, whose search begins anew, and who gets the events."""
