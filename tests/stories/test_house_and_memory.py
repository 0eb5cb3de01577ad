"""The house and its memory: what a user can do. One story per sentence; the details are in the rooms' own tests."""
