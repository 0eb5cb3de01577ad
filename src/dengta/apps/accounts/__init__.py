"""People: who they are, what their role lets them do, how they come in, and the journal of what they did."""
