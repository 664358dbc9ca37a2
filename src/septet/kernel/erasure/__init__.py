"""Erasure: personal values go from the record, its journal and all that is derived; the chain still proves."""
