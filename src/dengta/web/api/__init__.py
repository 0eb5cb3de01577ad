"""The API: the same queries as the pages, as JSON, described at ``/api/docs``."""
