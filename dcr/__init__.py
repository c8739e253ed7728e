"""What is known: platform and tenant, one client a system, diffs, stages, errors, the command line. No Prefect in here."""
