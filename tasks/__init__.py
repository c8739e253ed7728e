"""What is retried: one module a stage, each task converges one thing."""
