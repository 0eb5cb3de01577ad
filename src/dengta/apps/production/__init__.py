"""Production as it happens: what each machine does now, and what it did a moment ago."""
