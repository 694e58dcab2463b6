"""Turns executed notebooks into one accessible, offline site."""

from analysis.site.assembly import build
from analysis.site.paper import pdf

__all__ = ["build", "pdf"]
