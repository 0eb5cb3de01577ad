"""Today, the director's page: orders due, what is missing, who holds them up, three measures."""
