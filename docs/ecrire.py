"""Écrit docs/indicateurs.md d'après le code, et les espaces des autres pages : ``nox -s docs``."""

from __future__ import annotations

import re
from pathlib import Path

from analyses import indicators
from analyses.indicators import Bands, Indicator
from analyses.readiness.ways import rules
from analyses.wording import number, typography

KEPT = r"(^ *```.*?^ *```$|`[^`\n]+`|<[^>\n]+>|<!--.*?-->|\$\$.*?\$\$|\]\([^)\n]+\))"
"""Parts of a page that are not prose."""
PAGE = Path(__file__).with_name("indicateurs.md")
THEMES = {
    "commerce": "Commerce",
    "footfall": "Fréquentation et évènements",
    "parking": "Stationnement",
    "crossings": "Croisements",
    "readiness": "Données disponibles",
}
BETTER = {"lower": "baisse", "higher": "hausse", "none": "aucun (description)"}
EQUAL = {
    "definition": "définition",
    "perimeter_kind": "sorte de périmètre",
    "source_class": "sorte de source",
    "survey_season": "saison du relevé",
    "coverage": "couverture",
    "method_version": "version de la méthode",
    "nomenclature": "nomenclature",
    "threshold": "seuil",
    "sample_size": "taille d'échantillon",
}
HEAD = """# Dictionnaire des indicateurs

<!-- Écrit par docs/ecrire.py d'après le code : ne pas corriger ici. -->

Chaque nombre d'un rapport porte l'un de ces identifiants dans la colonne `indicator` de
`indicators.csv`.

- **Effectif minimal** : nombre d'unités (locaux, jours, évènements…) sous lequel la valeur n'est
  pas montrée.
- **Ce qui le permet** : les manières de le calculer, la meilleure en premier ; *et* veut dire que
  les deux sont nécessaires.
- **Comparable à égalité de** : deux villes ne sont comparées que si tout cela est égal.

Thèmes et nombre d’indicateurs :

"""


def page() -> str:
    """Return the page, from the dictionary and the rules that the package ships."""
    book = indicators.dictionary()
    parts = [HEAD]
    parts += [
        f"- [{title}](#{_anchor(title)}) : {len(book.theme(theme))}"
        for theme, title in THEMES.items()
    ]
    for theme, title in THEMES.items():
        parts += ["", f"## {title}"]
        for item in book.theme(theme):
            parts += ["", *_entry(item)]
    return spaced("\n".join(parts)) + "\n"


def spaced(text: str) -> str:
    """Apply French typography to a page; code, comments, formulas and addresses are left alone."""
    parts = re.split(KEPT, text, flags=re.M | re.S)
    return "".join(part if at % 2 else typography(part, "fr") for at, part in enumerate(parts))


def _entry(item: Indicator) -> list[str]:
    book = indicators.dictionary()
    document = book.document(item.id)
    source = f"[{document.title}]({document.url})" if document.url else document.title
    lines = [
        f"### {item.label.fr}",
        "",
        f"`{item.id}` · *{item.label.en}*",
        "",
        f"{item.question.fr} {item.definition.fr}",
        "",
        f"- Formule : `{item.formula}`",
        f"- Unité : {book.unit(item.unit).fr}",
        f"- Effectif minimal : {item.min_n}",
        f"- Sens favorable : {BETTER[item.better]}",
        f"- Source de la définition : {source}",
        f"- Ce qui le permet : {_ways(item.id)}",
        f"- Comparable à égalité de : {', '.join(EQUAL[name] for name in item.comparable_on)}",
    ]
    if item.bands:
        title = book.sources[item.bands.source].title
        lines.append(f"- Repères publiés ({title}) : {_bands(item.bands)}")
    return lines


def _bands(bands: Bands) -> str:
    said = []
    start = ""
    for step in bands.steps:
        limit = None if step.below is None else number(step.below, "fr", int(step.below % 1 > 0))
        end = "et plus" if limit is None else f"à moins de {limit}"
        said.append(f"{step.label.fr} ({start}{end})")
        start = f"de {limit} "
    return " ; ".join(said)


def _ways(identifier: str) -> str:
    known = rules()
    ways = known.indicators.get(identifier, ())
    said = [" *et* ".join(known.label(name).fr for name in way.needs) for way in ways]
    return " ; ou ".join(dict.fromkeys(said)) or "calculé sur toutes les données déclarées"


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    for path in PAGE.parent.rglob("*.md"):
        path.write_text(spaced(path.read_text(encoding="utf-8")), encoding="utf-8")
