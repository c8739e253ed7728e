"""What it costs: figures for people, never a verdict. Tests count, they assert no time."""
