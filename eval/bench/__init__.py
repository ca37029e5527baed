"""Measurements of how long things take and what they withstand; the quality of answers is measured elsewhere."""
