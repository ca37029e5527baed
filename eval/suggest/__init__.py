"""How soon the right answer is suggested as a question is typed key by key, and what a suggestion costs."""
