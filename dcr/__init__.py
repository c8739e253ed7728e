"""What is known: the model, the systems' clients, the steps and the engine that runs them. Plain Python; nothing here knows Prefect."""
