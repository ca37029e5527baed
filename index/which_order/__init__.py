"""Which of a customer's orders a question is about: what speaks for each, and how likely that makes it."""
