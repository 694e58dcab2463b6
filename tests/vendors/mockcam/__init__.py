"""Mockcam, an invented vendor: everything that the library must know of its exports."""
