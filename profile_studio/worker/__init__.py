"""The processes that compute: one per job attempt, and the engine of the live lane."""
