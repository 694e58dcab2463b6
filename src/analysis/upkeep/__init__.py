"""Holds what the repository needs for itself: the replica, twins of releases, the benchmark, checks, computed pages."""
