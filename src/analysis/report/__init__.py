"""Turns executed notebooks into one accessible, offline site."""

from analysis.report.article import TEMPLATES, Written, render
from analysis.report.paper import _QUIET, pdf
from analysis.report.safe import BadPage
from analysis.report.site import NotASite, build

__all__ = ["TEMPLATES", "_QUIET", "BadPage", "NotASite", "Written", "build", "pdf", "render"]
