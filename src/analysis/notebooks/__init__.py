"""Gives a notebook its parameters, runs it strictly, and strips what differs between identical runs."""
