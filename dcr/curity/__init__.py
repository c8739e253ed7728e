"""The Curity Identity Server: its configuration (`admin`) and what its nodes serve (`runtime`)."""
