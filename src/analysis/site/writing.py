"""Writes one page of the site from its template, with our style, our scripts and nothing else."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from analysis.site import reviewed
from analysis.site.article import TEMPLATES
from analysis.site.safe import computed, figure, slug
from analysis.wording import on_day

GENERATOR = "analysis.report"
"""What every page says made it: a site is replaced only where its first page says so, also one of an older copy."""


def write_page(path: Path, template: str, **values: Any) -> None:
    """Write one page from its template; what is not marked as safe is escaped."""
    text = _environment().get_template(f"{template}.html.j2").render(values)
    path.write_text(text.rstrip("\n") + "\n", encoding="utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters |= {
        "slug": slug,
        "on_day": on_day,
        "figure": figure,
        "computed": lambda markup: Markup(computed(str(markup))),
        "grouped": lambda text: f"{int(text):,}" if re.fullmatch(r"0|[1-9]\d{0,17}", text) else text,
    }
    style = Markup((TEMPLATES / "style.css").read_text(encoding="utf-8"))
    texts = {path.stem: path.read_text(encoding="utf-8") for path in TEMPLATES.glob("*.js")}
    environment.globals |= {
        "generator": GENERATOR,
        "style": style,
        "wide": False,
        "said": "",
        "picture": "",
        "labels": (),
        "scripts": ("tables",),
    }
    environment.globals["code_of"] = {name: Markup(text) for name, text in texts.items()}
    environment.globals["allowed"] = {
        name: base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for name, text in texts.items()
    }
    environment.globals |= {"place": None, "up": "", "home": "index.html", "here": "", "trail": ""}
    environment.globals["has_answers"] = reviewed.path().is_file()
    return environment
