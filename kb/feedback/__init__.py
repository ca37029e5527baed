"""Judgements from use: every match that was answered, and what came of it."""
