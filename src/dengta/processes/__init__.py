"""The processes of `dengta run`: a supervisor, one ingest writer a site, workers, and in the demo the model plant.

They share files and loopback HTTP, never memory, so that each survives `kill -9` of any other.
"""
