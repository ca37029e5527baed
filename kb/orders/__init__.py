"""Orders, shipments, customers, and the facts derived from them."""
