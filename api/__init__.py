"""The edge: HTTP API and pages."""
