"""Whether a model is really better: features, scores, distances, and how sure they are."""
