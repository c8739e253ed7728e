"""The steps: a folder a stage, a module a step."""
