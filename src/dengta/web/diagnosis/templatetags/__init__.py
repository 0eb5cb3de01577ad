"""Template tags of Diagnosis."""
