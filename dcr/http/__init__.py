"""One way to send for every client: time, redirects, hosts, redaction, counts, retries, waiting."""
