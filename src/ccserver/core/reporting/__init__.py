"""What is remembered of an interaction: its timeline and its record."""
