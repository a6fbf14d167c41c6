"""What is needed to build the program, not to run it."""
