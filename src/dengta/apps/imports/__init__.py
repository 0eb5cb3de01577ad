"""Spreadsheets that people upload: how each is to be read, what became of its rows."""
