"""What pictures are of: labels by words, and a linear probe on a frozen network. A process of its own answers one question."""
