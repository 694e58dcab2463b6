"""The helper library, in data-flow order."""
