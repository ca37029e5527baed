"""Past customer cases."""
