import pytest

from profile_studio.domain.out_of_memory import is_out_of_memory
from profile_studio.worker.engine import explain

CUDA = "CUDA error: an illegal memory access was encountered\nCUDA kernel errors might be asynchronously reported"


class OutOfMemoryError(RuntimeError):
    """What torch calls its own."""


@pytest.mark.parametrize(
    ("error", "is_it"),
    [
        (MemoryError(), True),
        (OutOfMemoryError("Allocation on device"), True),
        (OSError(12, "Cannot allocate memory"), True),
        (RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"), True),
        (RuntimeError("MPS backend out of memory (MPS allocated: 5.99 GB)"), True),
        (
            RuntimeError("[enforce fail at alloc_cpu.cpp:121] err == 0. DefaultCPUAllocator: can't allocate memory"),
            True,
        ),
        (
            RuntimeError("[enforce fail at alloc_cpu.cpp:80] data. DefaultCPUAllocator: not enough memory: you tried"),
            True,
        ),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), True),
        (RuntimeError(CUDA), False),
        (RuntimeError("Expected all tensors to be on the same device; cannot allocate a view"), False),
        (ValueError("The memory map is damaged"), False),
        (OSError(28, "No space left on device"), False),
    ],
)
def test_out_of_memory_is_told_from_other_faults(error: Exception, is_it: bool) -> None:
    assert is_out_of_memory(error) is is_it
    assert ("does not fit into the memory" in explain(error).message) is is_it
