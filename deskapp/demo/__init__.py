"""A believable hospital to try the program in: filled from a seed, worked through once, then opened."""
