"""First contact with real systems: only reads, says which reading of each open fact holds there, and what was met."""
