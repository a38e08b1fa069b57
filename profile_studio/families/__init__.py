"""What differs between families of base models, one module each, and how one is loaded."""

import diffusers
import torch
import transformers

# Before any pipeline is imported: loading it makes transformers warn about packages that we leave out on purpose.
for _logging in (diffusers.utils.logging, transformers.utils.logging):
    _logging.set_verbosity_error()
    _logging.disable_progress_bar()


def pick_device() -> torch.device:
    """The best device of this machine: CUDA, then Apple's, then the processor."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")
