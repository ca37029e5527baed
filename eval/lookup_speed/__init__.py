"""How fast customers are looked up among a million orders, beside a bare query for the same rows."""
