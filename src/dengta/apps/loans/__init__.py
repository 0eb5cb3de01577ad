"""Loans of the programme: filed projects, what their contracts cost, and the banks' statements, day by day."""
