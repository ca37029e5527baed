"""From a question to ranked solutions."""
