"""The plant book: what a plant says about itself, in one TOML document with a date and a hash."""
