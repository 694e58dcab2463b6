"""Holds the words of invented reasons: what officers type and choose, what is planted, and what should mislead.

Shares and spellings follow field notes on released logs; no reason of a released log that could name a
person, a case or a plate is repeated here. Every text that holds personal data is invented.
"""

from __future__ import annotations

from dataclasses import dataclass

CIVIL = "Immigration (civil/administrative)"
CRIMINAL = "Immigration (criminal)"

OFFENSES = (
    ("Motor Vehicle Theft/Stolen", 1150), ("Weapons Offense (Guns/Shots Fired)", 640),
    ("Hit and Run/Car Accident", 900), ("Obstructing the Police (Fleeing/Eluding)", 540),
    ("Larceny/Theft Offenses", 820), ("Other", 420), ("Wanted Person (Arrest Warrant/Fugitive)", 760),
    ("Drugs/Narcotics", 610), ("Burglary/Breaking & Entering", 380), ("Robbery", 230),
    ("Missing/Endangered Person/Runaway", 260), ("Assault/Battery Offenses", 250),
    ("Assault/Battery Offenses (Domestic)", 140), ("Traffic Infraction", 120), ("Welfare Check", 110),
    ("Stolen Property Offenses", 90), ("Criminal Motor Vehicle Offense (incl. Road Rage/Reckless)", 130),
    ("Homicide/Death Investigation", 90), ("Financial Crime (Embezzlement/Fraud)", 80), ("Threats/Harassment", 60),
    ("Destruction/Damage/Vandalism of Property", 60), ("Kidnapping/Abduction", 40), ("Sex Offenses", 45),
    ("Driving Under the Influence (DUI/DWI/OWI/OVI)", 50), ("Trespass", 25), ("Child Abuse/Neglect", 20),
    ("Human Trafficking", 20), ("Protective/Protection Order", 18), ("Disorderly Conduct/Disturbance", 18),
    ("Illegal Dumping/Littering", 14), ("Counterfeiting/Forgery", 14), ("Stalking", 14), ("Arson", 10),
    ("Juvenile Delinquency", 8), ("Terrorism/Terroristic Threats", 8), ("Indecent Exposure/Lewd", 7),
    ("Obstructing Justice", 6), ("Extortion/Blackmail", 5), ("Property Recovery (Civil Enforcement)", 5),
    ("Material Witness", 4), ("Prostitution", 4), ("City Planning/Traffic Analysis", 4),
    ("Animal Offenses (cruelty/neglect)", 4), ("Alcohol Offenses (Non-DUI)", 3), ("Disturbing Public Peace/Riot", 2),
    ("Pornography/Obscene Material", 2), ("Curfew/Loitering/Vagrancy Violations", 1), ("Bribery", 1),
)  # fmt: skip
"""Every drop-down value but the two on immigration, with whole-number weights."""

PHRASES = (
    "investigation", "inv", "stolen vehicle", "stolen", "warrant", "case", "theft", "invest", "traffic stop",
    "burglary", "hit and run", "robbery", "suspicious vehicle", "missing person", "agg assault", "narcotics",
    "fleeing", "shots fired", "bolo", "wanted person", "drugs", "welfare check", "shooting", "mvt", "fraud",
    "evading", "homicide", "follow up", "domestic", "recovered stolen", "shoplifting", "retail theft", "runaway",
    "locate", "assault", "larceny", "patrol", "criminal investigation", "patrol investigation", "uumv", "h&r",
    "felony warrant", "sus veh", "agency assist", "stolen plate", "flock hit", "assist other agency", "crash",
    "aggravated robbery", "theft of vehicle", "pursuit", "road rage", "catalytic converter theft", "vandalism",
    "reckless driver", "road rage with gun", "amber alert", "silver alert", "bmv", "car burglary", "fsra", "fsgi",
    "dwi", "dui", "burglary of habitation", "kidnapping", "sex assault", "stalking", "trespass", "trafficking",
    "money laundering", "mail theft", "check fraud", "id theft", "property crime", "person crime",
    "homicide investigation", "attempt to locate", "wanted fugitive", "unpaid toll", "expired registration",
    "no insurance", "street racing", "illegal dumping", "protective order violation", "child custody",
    "deadly conduct", "criminal mischief", "terroristic threat", "harassment", "traffic investigation", "intel",
    "info", "le", "police", "n/a", "test", "training", "system test", "camera check", "usms assist", "assist fbi",
    "dea case", "jugging", "organized retail theft", "fuel theft", "cargo theft", "gas drive off", "suicidal subject",
    "endangered", "sw", "search warrant", "parole violation", "probation violation", "sex offender registration",
    "death investigation", "officer safety", "develop pc", "interdiction", "pattern of travel", "repo",
    "civil papers", "found property", "investigaton", "investgation", "invesigation", "investigatiom", "invetigation",
    "investigaion", "inestigation", "10851", "459", "211", "s21", "sig 10", "10-29", "99", "x", ".", "inv.", "susp",
    "veh",
)  # fmt: skip
"""Everyday reasons, commonest first. None speaks of immigration, a border or a federal department."""

ALERTS = (
    "Stolen Vehicle", "Stolen Plate", "Missing Person", "Warrant", "Custom Hotlist", "Gang or Suspected Terrorist",
    "Sex Offender", "Protection Order",
)  # fmt: skip

OWN = (
    "road rage", "vandalism", "student fight", "parking lot hit and run", "suspicious vehicle on campus", "trespass",
    "custody dispute", "speeding in school zone", "theft from vehicle", "threat to school", "truancy", "burglary",
)  # fmt: skip
"""What the districts' own police give as a reason; none on immigration."""


@dataclass(frozen=True)
class Planted:
    """A reason whose meaning is known: how often it is planted and what it should be counted as.

    `tier` is strict, core, broad or none; `kind` civil, criminal, both, unspecified or None.
    """

    reason: str
    rows: int
    tier: str
    kind: str | None
    origin: str
    mixed: bool = False


def _dropdown(value: str, text: str, rows: int, kind: str, mixed: bool = False) -> Planted:
    return Planted(f"{value} - {text}", rows, "strict", kind, "dropdown+typed" if text else "dropdown", mixed)


def _typed(tier: str, kind: str | None, *texts: tuple[str, int], mixed: bool = False) -> tuple[Planted, ...]:
    return tuple(Planted(text, rows, tier, kind, "typed", mixed) for text, rows in texts)


# A-number, date of birth, address and names below are invented: a run whose results hold one of them leaks.
CANARIES = (
    "=HYPERLINK(\"http://example.invalid/x\",\"open\")", "=1+1", "@SUM(1)", "+1-555-0100",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "$\\alpha$ $$\\int$$",
    "[open](http://example.invalid/)", "![x](http://example.invalid/p.png)", "{{7*7}}", "NEMO, TESTA DOB 01/01/1900",
    "contact nemo.testa@example.invalid", "veh of Nemo Testa QOI0042", "Nemo Testa 555-0142", "| a | b |",
    "\u202eesrever",
)  # fmt: skip
"""Hostile or personal texts that are in reasons and must reach no page, table or picture unescaped or unmasked."""

A_NUMBER = "A 000 000 147"
"""The invented alien registration number that one planted reason holds."""

IMMIGRATION = (
    _dropdown(CIVIL, "", 236, "civil"),
    _dropdown(CIVIL, "assist", 21, "civil"),
    _dropdown(CIVIL, "warrant service", 15, "civil"),
    _dropdown(CIVIL, "HSI", 8, "civil"),
    _dropdown(CRIMINAL, "", 58, "criminal"),
    _dropdown(CRIMINAL, "locate", 30, "criminal"),
    _dropdown(f"{CIVIL}, {CRIMINAL}", "", 6, "both"),
    _dropdown(f"{CIVIL}, Drugs/Narcotics", "", 5, "civil", mixed=True),
    *_typed("strict", "unspecified", ("immigration", 24), ("Immigration", 12), ("IMMIGRATION ", 8),
            ("immigration violation", 6), ("Immigration+Investigation", 4)),
    *_typed("strict", "unspecified", ("drugs and immigration", 4), mixed=True),
    *_typed("strict", "unspecified", ("immigraton", 4), ("imigration", 4), ("immgration", 3), ("immigrtion", 2),
            ("immigation", 1)),
    *_typed("strict", "civil", ("ICE detainer", 9), ("ICE hold", 6), ("immigration status", 4), ("visa overstay", 5),
            ("I-247", 2), ("deportation order", 4), ("immigration final order of removal", 3), ("immigration hold", 3)),
    *_typed("strict", "criminal", ("8 USC 1326", 4), ("8 U.S.C. 1324", 2), ("illegal re-entry", 6),
            ("illegal reentry", 3)),
    *_typed("strict", "unspecified", ("ICE warrant", 9), ("assist ICE", 8), ("ICE case", 5), ("287(g)", 7),
            ("illegal alien", 4), ("ICE target", 3), ("criminal alien", 3), (f"ICE {A_NUMBER}", 1)),
    *_typed("core", "unspecified", ("ICE", 22), ("I.C.E.", 3), ("ice", 6), ("ERO", 11), ("ero locate", 3), ("CBP", 9),
            ("Border Patrol", 5), ("us border patrol", 4), ("USBP", 3)),
    Planted("Other - ICE", 7, "core", "unspecified", "dropdown+typed"),
    *_typed("core", "criminal", ("human smuggling", 3), ("alien smuggling", 2)),
)  # fmt: skip
"""The 620 searches planted in Alvin ISD's log. Strict alone: 542; the rest are agencies and acts of the border."""

ELSEWHERE = (
    _dropdown(CIVIL, "", 6, "civil"),
    _dropdown(CRIMINAL, "", 3, "criminal"),
    *_typed("strict", "unspecified", ("immigration", 3)),
    *_typed("core", "unspecified", ("ICE", 2)),
)
"""Immigration searches that never reached Alvin ISD's cameras."""

DEPARTMENT = (
    *_typed("broad", None, ("HSI", 240), ("HSI case", 90), ("assist HSI", 110), ("hsi task force", 40),
            ("Homeland Security", 52), ("homeland", 16), ("DHS", 38), ("dhs assist", 20),
            ("Homeland Security Investigations", 24)),
    *_typed("broad", None, ("HSI narcotics", 36), ("HSI-Drug Lead", 22), ("hsi fraud case", 18), mixed=True),
    Planted("Drugs/Narcotics - HSI", 84, "broad", None, "dropdown+typed", mixed=True),
    Planted("Human Trafficking - HSI", 30, "broad", None, "dropdown+typed", mixed=True),
    Planted("Other - HSI", 56, "broad", None, "dropdown+typed"),
    Planted("Other - DHS", 20, "broad", None, "dropdown+typed"),
)  # fmt: skip
"""896 searches that name the department or its investigators and nothing else; only the broad total has them."""

VIOLATOR_ALERTS = 140
"""Machine-made reasons whose alert text says 'Immigration Violator': counted in no total."""

TRAPS = (
    "ice cream truck theft", "theft from ice machine", "ice rink burglary", "ice house robbery", "ice chest stolen",
    "black ice crash", "dry ice theft", "ice storm wreck", "ice road accident", "meth ice",
    "ICE in case of emergency", "police warrant", "police hold", "service warrant", "office burglary", "justice",
    "obstruction of justice", "vice", "skimming", "skimming device", "card skimmer", "immediate", "image search",
    "PC 287", "287 PC", "25-0287", "287", "1326", "1325", "200", "205", "I-205 crash", "T21", "ERO petition served",
    "ERO risk order", "emergency risk order", "extreme risk protection order", "heroin", "Romero",
    "removal of child CPS", "removal of debris", "snow removal dispute", "final order of protection",
    "order of protection final order", "HSIN", "HSIN bulletin", "HSU", "hs", "DHS child welfare",
    "DHS foster runaway", "dhs caseworker assist elder neglect", "homeland ave burglary", "Homeland School",
    "homeland park theft", "no ICE protest", "anti-ICE rally", "ice watch vandalism", "abolish ICE graffiti",
    "ICE protest", "burglary at immigration attorney office", "theft at immigration office", "robbery of immigrant",
    "not immigration", "non immigration", "posing as ICE agent", "impersonating immigration officer",
    "human trafficking", "sex trafficking", "labor trafficking", "no ins", "ins", "insurance", "fugitive", "ATL",
    "ATL veh", "at large", "border collie stolen", "alien sticker on bumper", "visa gift card fraud",
    "passport stolen", "UDAA", "smuggling", "stash house", "probation detainer", "bailout", "Title 21",
    "BP station robbery", "OPSG", "MS-13", "reentry court program", "department", "deportment", "police dept",
    "price tag switch", "notice", "investigatio_n", "patro_l", "Person+Crime", "Welfare+Check", "train derailment",
    "Wanted Person (Arrest Warrant/Fugitive) - ", "Human Trafficking - ", "Other - Not Applicable", "Arson",
    "Trespass", "Robbery - no ins", "Auto Theft Unit - follow up",
)  # fmt: skip
"""Reasons that look like immigration to a careless rule, or like a drop-down value to a careless parser."""

FILTERS = (
    "", "SUV, Volkswagen, silver_grey", "Sedan, Honda, black", "Pickup, Ford, white", "SUV, Chevrolet, black",
    "Sedan, Toyota, silver_grey", "north_carolina", "texas", "Pickup, Ram, red", "Van, white", "Motorcycle",
    "Sedan, blue, texas", "QOI0042", "4QO?*", "SUV, Kia, white, florida", "temporary_tag",
)  # fmt: skip

PROMPTS = ("", "white pickup with ladder rack", "red sedan, dent on left door", "black SUV with roof box")
SEARCH_TYPES = (
    ("lookup", 700), ("search", 110), ("multiGeo", 60), ("convoy", 8), ("visual", 40), ("freeform", 12),
    ("apiLookup", 8), ("searchSummary", 20), ("lookup - Mobile", 30), ("", 12),
)  # fmt: skip


def spelled(phrase: str) -> tuple[tuple[str, int], ...]:
    """Ways in which one phrase is typed, with whole-number weights."""
    texts = (phrase, phrase.upper(), phrase.title(), phrase + " ", phrase.replace(" ", "+"))
    return tuple(zip(texts, (60, 14, 16, 7, 3)))
