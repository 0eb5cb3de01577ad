"""The plant book of a site: read as of any day, edited as revisions."""
