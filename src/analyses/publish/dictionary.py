"""The dictionary and the method that go with published numbers."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from analyses import indicators

FIELDS = (
    {"name": "indicator", "type": "string", "title": "Identifiant",
     "constraints": {"required": True, "unique": True}},
    {"name": "label", "type": "string", "title": "Libellé", "constraints": {"required": True}},
    {"name": "theme", "type": "string", "title": "Thème", "constraints": {"required": True}},
    {"name": "question", "type": "string", "title": "Question à laquelle il répond"},
    {"name": "unit", "type": "string", "title": "Unité", "constraints": {"required": True}},
    {"name": "definition", "type": "string", "title": "Définition"},
    {"name": "formula", "type": "string", "title": "Formule"},
    {"name": "source", "type": "string", "title": "Source de la définition"},
    {"name": "url", "type": "string", "title": "Adresse de la source"},
    {"name": "better", "type": "string", "title": "Sens favorable",
     "constraints": {"enum": ["lower", "higher", "none"]}},
    {"name": "min_n", "type": "integer", "title": "Effectif minimal pour être montré"},
    {"name": "comparable_on", "type": "string",
     "title": "Ce qui doit être égal pour comparer deux villes"},
)  # fmt: skip
"""Fields of the dictionary's table."""


def table(names: Iterable[str]) -> pd.DataFrame:
    """Return the entries of some indicators, in the dictionary's order.

    Parameters
    ----------
    names : iterable of str
        Identifiers that the package holds.

    Returns
    -------
    DataFrame
        Columns as in :data:`FIELDS`, texts in French.
    """
    wanted = set(names)
    book = indicators.dictionary()
    rows = [
        {
            "indicator": entry.id,
            "label": entry.label.fr,
            "theme": entry.theme,
            "question": entry.question.fr,
            "unit": entry.unit,
            "definition": entry.definition.fr,
            "formula": entry.formula,
            "source": book.document(entry.id).title,
            "url": book.document(entry.id).url or "",
            "better": entry.better,
            "min_n": entry.min_n,
            "comparable_on": ", ".join(entry.comparable_on),
        }
        for entry in book.indicators.values()
        if entry.id in wanted
    ]
    return pd.DataFrame(rows, columns=[str(field["name"]) for field in FIELDS])


def method(city: str, names: Iterable[str]) -> str:
    """Return the method of the published numbers as Markdown, in French.

    Parameters
    ----------
    city : str
        Name of the city.
    names : iterable of str
        Identifiers that the package holds.
    """
    parts = [
        f"# Méthode : {city}",
        "",
        "Chaque nombre porte son unité, son effectif (`n`), son intervalle à 95 % (`low`, `high`) "
        "et sa méthode. Un nombre masqué (`quality = suppressed`) repose sur trop peu d'unités, ou "
        "permettrait d'en retrouver un autre. Un nombre `not_computable` ne peut être donné par "
        "les données ; la note dit pourquoi.",
        "",
    ]
    for row in table(names).to_dict("records"):
        parts += [
            f"## {row['label']} (`{row['indicator']}`)",
            "",
            f"{row['definition']}",
            "",
            f"- Unité : {row['unit']}",
            f"- Formule : `{row['formula']}`",
            f"- Source : {row['source']}" + (f", <{row['url']}>" if row["url"] else ""),
            "",
        ]
    return "\n".join(parts)
