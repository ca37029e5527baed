"""Who is on the line: look-up, a masked profile, and plain values for those who say why."""
