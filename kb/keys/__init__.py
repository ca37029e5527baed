"""Keys that are made here: shown once, stored as a hash, expiring, rotated, revoked."""
