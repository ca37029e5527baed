"""What hostile callers send: the JSON test suite and the big list of naughty strings."""
