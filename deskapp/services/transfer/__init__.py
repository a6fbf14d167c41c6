"""Files in and out: imports that report row by row, exports that neutralise formulas."""
