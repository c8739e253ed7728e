"""How it is run elsewhere: work pools, automations, image, policies, schedules."""
