"""Long work as rows: who asked for what, how far it is, what came of it."""
