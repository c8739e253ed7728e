"""What was found and done, as data: changes, outcomes, the report and its verdict."""
