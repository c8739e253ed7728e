"""Stage 3: Dynamic Client Registration at Curity, its endpoint and the nodes that deploy it."""
