"""Writes masked copies of released files, and a certificate of what was masked and which numbers came out the same."""

from analysis.masked.copies import CERTIFICATE, make, pasted

__all__ = ["CERTIFICATE", "make", "pasted"]
