"""What is measured, how, and against what: `python -m benchmarks` prints one table. Not timed tests."""
