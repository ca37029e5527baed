"""A run as one self-contained page: figures, plots, and every failure to read."""
