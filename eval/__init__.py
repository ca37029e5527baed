"""Offline retrieval evaluation."""
