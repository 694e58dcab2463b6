"""Holds what the repository needs for itself: the replica, the benchmark, the check of a rebuild, computed pages."""
