"""What a site has on disk beside its log: its folder, its clock, its plant books."""
