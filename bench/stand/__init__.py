"""The test stand: what the benches share. Interleaved rounds, seeded events, and the peers beside us."""
