"""What runs: one module a flow. A flow only orders tasks."""
