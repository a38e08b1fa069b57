"""Durable jobs: the queue, the supervisor that works on it, and the lease on the device."""
