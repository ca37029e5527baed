"""`xianzhi index adapt`: learn from a base, measure on what was held out, keep the encoder only if it is better."""
