"""What cities are compared on: the questions of the national synthesis, in its order.

An indicator is left out when two cities answer it about different things: an event, a street, a
sensor, a date, a stay class.
"""

from __future__ import annotations

from dataclasses import dataclass

from analyses import indicators
from analyses.indicators import Theme
from analyses.wording import Text


@dataclass(frozen=True, slots=True)
class Question:
    """An indicator, and the part of the zone on which cities are compared.

    Parameters
    ----------
    indicator : str
        Identifier in the dictionary.
    breakdown, category : str
        As in the indicators table.
    """

    indicator: str
    breakdown: str = "total"
    category: str = ""

    @property
    def id(self) -> str:
        """Name of the question, unique among them."""
        return "-".join(part for part in (self.indicator.replace("_", "-"), self.category) if part)

    @property
    def theme(self) -> Theme:
        """Theme of the indicator."""
        return indicators.get(self.indicator).theme

    @property
    def label(self) -> Text:
        """Name of the indicator, with its part of the zone."""
        name = indicators.get(self.indicator).label.text()
        match self.breakdown:
            case "age_years":
                return Text(
                    f"{name.fr} à {self.category} ans", f"{name.en} at {self.category} years"
                )
            case "hours":
                first, last = self.category.split("-")
                return Text(
                    f"{name.fr}, {first} h à {last} h", f"{name.en}, {first}:00 to {last}:00"
                )
            case "months_over":
                return Text(
                    f"{name.fr} (plus de {self.category} mois)",
                    f"{name.en} (over {self.category} months)",
                )
        return name

    @property
    def ordered(self) -> bool:
        """Whether one end of the list is better than the other."""
        return indicators.get(self.indicator).better != "none"


QUESTIONS: tuple[Question, ...] = (
    Question("vacancy_rate"),
    Question("vacancy_trend"),
    Question("structural_vacancy", "months_over", "24"),
    Question("vacancy_entry"),
    Question("relet_rate"),
    Question("opening_ratio"),
    Question("business_survival", "age_years", "3"),
    Question("chain_share"),
    Question("open_hours_match"),
    Question("open_hours_empty"),
    Question("hot_day_change", "hours", "13-16"),
    Question("dwell_time"),
    Question("occupancy_rate"),
    Question("congestion_time"),
    Question("rotation_rate"),
    Question("mean_stay"),
    Question("overstay_share"),
    Question("paid_hours_per_space"),
    Question("compliance_rate"),
    Question("infraction_rate"),
    Question("vacancy_footfall_link"),
    Question("offer_footfall_link"),
)
"""Every question, by theme."""


def of_theme(theme: str) -> tuple[Question, ...]:
    """Return the questions of a theme."""
    return tuple(question for question in QUESTIONS if question.theme == theme)
