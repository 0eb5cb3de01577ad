"""Performance: where planned time went, down to the events that say so, and the command that computes it again."""
