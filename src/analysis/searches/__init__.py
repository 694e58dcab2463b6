"""Types the rows, drops officers and plates, sets aside what is not a search, and marks what is one search."""
