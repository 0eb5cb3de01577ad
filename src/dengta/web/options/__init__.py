"""Which policies can a firm get, how much, and what is missing: before anything is filed."""
