"""Plans and reports for people: lines for a terminal, Markdown for Prefect. The values are never fetched here."""
