"""The rule browser: every article with the history of its numbers, their sources and marks, and a calculator."""
