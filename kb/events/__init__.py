"""What a shop's own system tells of its orders, parcels, refunds and customers as it happens."""
