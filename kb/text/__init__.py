"""Text as customers write it: normalise, segment, mask personal data."""
