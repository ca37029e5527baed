"""Hand-overs: what an agent has to know who takes a customer over from the widget."""
