"""Applications that Vault remembers and nobody asks for any more: how they are found, taken away, and proved dead. One way for both."""
