"""Separation of duties on one record: who may not do what, because of what they did to it before."""
