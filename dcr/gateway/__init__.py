"""The Kong Gateway, asked as an API's consumer would."""
