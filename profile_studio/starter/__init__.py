"""The recipe that builds the bundled base model, its judge and the example pictures from openly licensed vector art."""
