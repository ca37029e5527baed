"""Backup and restore: everything that cannot be made again, with what would be slow to make again beside it."""
