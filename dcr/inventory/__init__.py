"""What there is: Vault, Konnect and Curity laid side by side, each thing judged once. Reads only."""
