"""Floor: what every machine does now, how old that is, and what is behind it."""
