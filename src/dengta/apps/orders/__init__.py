"""Orders: how far each is, what is missing, what is at risk; three measures of a business day."""
