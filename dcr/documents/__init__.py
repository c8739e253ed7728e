"""YAML documents that people write: loading with lines, validation, and the words for what is wrong."""
