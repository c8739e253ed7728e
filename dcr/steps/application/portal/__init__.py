"""An application that is created in the portal, as a person would."""
