"""Stage 2: the initial client's secret, token issuers and initial client at Curity."""
