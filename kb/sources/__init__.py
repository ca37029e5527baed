"""Where orders and customers come from: our own tables, or the shop's own system."""
