"""A Dev Portal, used as the tenant's service developer: what a person does under *My Apps*."""
