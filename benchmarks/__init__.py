"""Numbers of the README, each measured by one command; speed is always a ratio of two things timed in one run."""
