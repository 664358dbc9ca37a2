"""Checks of what modules derive from the journal, which `septet check` does beside the kernel's own."""

from collections.abc import Callable, Iterator

from septet.kernel.derived import Batch

# Given whether to put right what differs, each compares some of its rows at a time.
declared: list[Callable[[bool], Iterator[Batch]]] = []
