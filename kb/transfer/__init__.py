"""Readers, writers and the importer."""
