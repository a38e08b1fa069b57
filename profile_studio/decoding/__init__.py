"""Pictures from strangers become our own, in processes that may be killed."""
