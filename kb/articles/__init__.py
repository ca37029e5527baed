"""Knowledge articles and their versions."""
