"""Prove that customers' data stays where it belongs: generated people go through everything, and are looked for."""
