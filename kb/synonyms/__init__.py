"""Words that mean the same, as knowledge editors set them down."""
