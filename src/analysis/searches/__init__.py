"""Types the rows of a log, marks those that record one search, and answers questions about them as one object."""
