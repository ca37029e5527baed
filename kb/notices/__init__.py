"""Announcements that touch orders."""
