"""Says whose logs are invented, how large each is, and how each export is laid out."""

from __future__ import annotations

from dataclasses import dataclass

FIRST_DAY = "2025-12-02"
DAYS = 34  # local days from 2 December 2025 to 4 January 2026, all in Central Standard Time (UTC-6)
CUT_DAY = 15  # 17 December 2025, counted from the first day: from here on names and plates are masked

SHORT = "short"  # 11 columns, no ID (form NA-4)
LONG = "long"  # 14 columns with ID, prompt and moderation (form NA-6)


@dataclass(frozen=True)
class District:
    """One camera owner, its own police, and its export.

    `rows` counts the rows that are searches, repeated ones included. `sections` are the exports stacked in the
    file: two mean that a second header comes where the searches of `CUT_DAY` begin. `masked_from` is the
    first day (0 to 33) whose officers, plates and filters are masked. Per mille: `reasons_masked`.
    """

    name: str
    own_agency: str
    rows: int
    repeated: int
    own_searches: int
    cameras: int
    sections: tuple[str, ...]
    masked_from: int
    reasons_masked: int
    mask: str = "***"

    @property
    def file(self) -> str:
        """The file name, as the vendor would give it."""
        return f"12_2_2025-1_4_2026-{self.name}-Network-Audit-REPLICA.csv"


# Alvin ISD and Huffman ISD are the two camera owners that the published piece names; the other four names, and
# every police department, are invented. No real police is shown as having searched anything.
DISTRICTS = (
    District("Alvin ISD", "Larkhythe ISD TX PD", 733_412, 1_904, 412, 8, (SHORT, LONG), CUT_DAY, 2),
    District("Huffman ISD", "Quillbeck ISD PD TX", 148_206, 611, 187, 12, (SHORT, LONG), CUT_DAY, 4),
    District("Brockrigg ISD", "Brockrigg ISD TX PD", 121_530, 388, 305, 21, (SHORT, LONG), CUT_DAY, 3),
    District("Sedgethwaite ISD", "Sedgethwaite ISD PD TX", 86_417, 240, 96, 6, (SHORT,), CUT_DAY, 8),
    District("Tarncombe ISD", "Tarncombe ISD TX PD", 53_908, 129, 154, 15, (LONG,), CUT_DAY, 11, "REDACTED"),
    District("Umberstow ISD", "Umberstow ISD TX PD", 23_761, 64, 71, 4, (LONG,), 0, 34),
)
