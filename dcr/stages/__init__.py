"""The stages' steps. Each reads what is there, diffs it against what is wanted, and writes only the difference."""
