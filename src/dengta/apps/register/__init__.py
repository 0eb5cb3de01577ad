"""The register of a programme's city: its enterprises with their history, and who has transformed by when."""
