"""Runs the steps: observe, plan, apply, and the record of a run."""
