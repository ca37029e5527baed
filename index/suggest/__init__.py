"""Answers for half-typed questions: which public headings fit what a customer has typed so far."""
