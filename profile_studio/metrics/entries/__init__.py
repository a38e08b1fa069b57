"""The metrics, one a module: each holds its entry as `METRIC`."""
