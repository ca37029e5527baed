"""Replies filled from the order context."""
