"""The other door: `dengta <verb>`, one file a verb."""
