"""What if: other numbers in a rule, and what they would do to every firm with a loan. Nothing is saved."""
