"""Use cases of the desk: visitors, visits, numbers, papers."""
