"""Loans of the programme: the banks' lists, looked at before they come in, and each firm's statements."""
