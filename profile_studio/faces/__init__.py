"""Whether a drawing shows one whole face: the critic, in a process of its own."""
