"""Why did DCR fail: every link of the chain asked by itself, in the order in which a request would need them."""
