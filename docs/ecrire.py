"""Écrit indicateurs.md et formats.md d'après le code, et leurs espaces : ``nox -s docs``."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from analyses import indicators, sources
from analyses.indicators import Bands, Indicator
from analyses.readiness.ways import rules
from analyses.reports import words
from analyses.wording import number, typography

KEPT = r"(^ *```.*?^ *```$|`[^`\n]+`|<[^>\n]+>|<!--.*?-->|\$\$.*?\$\$|\]\([^)\n]+\))"
"""Parts of a page that are not prose."""
PAGE = Path(__file__).with_name("indicateurs.md")
FORMATS = Path(__file__).with_name("formats.md")
OPTIONS = Path(__file__).with_name("options.yml")
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

FORMATS_HEAD = """# Formats et options des fichiers

<!-- Écrit par docs/ecrire.py d'après le code et options.yml : ne pas corriger ici. -->

Sous `sources:` de `city.yml`, chaque table a ses fichiers ; chaque fichier dit son format
(`layout`) et, s'il le faut, des options :

```yaml
sources:
  counts:
    - layout: wide
      path: comptages-*.csv
      encoding: cp1252
      options: {time_column: Jour, hour_column: Heure, date_order: dmy}
```

`coeurville layouts` donne aussi la liste des formats ; `coeurville check` refuse une option que le
format ne prend pas.
"""


def formats() -> str:
    """Return the page of the layouts that are read, with what each option of a file says."""
    told = yaml.safe_load(OPTIONS.read_text(encoding="utf-8"))
    known = sources.layouts()
    parts = [FORMATS_HEAD, "## Ce qui se dit de chaque fichier", ""]
    parts += ["| Champ | Sens |", "|---|---|"]
    parts += [f"| `{name}` | {says} |" for name, says in told["file"].items()]
    parts += ["", "## Options", "", "| Option | Sens | Exemple |", "|---|---|---|"]
    parts += [f"| `{name}` | {says} | `{example}` |"
              for name, (says, example) in told["options"].items()]  # fmt: skip
    parts += ["", "## Formats, par table"]
    for table, rows in known.groupby("table", sort=False):
        title = words.table(str(table)).fr
        parts += ["", f"### {title[:1].upper()}{title[1:]}", "", f"Table `{table}`.", ""]
        parts += ["| Format | Ce qui se lit | Options |", "|---|---|---|"]
        for row in rows.itertuples():
            names = [f"`{name}`" for name in str(row.options).split(", ") if name]
            parts.append(f"| `{row.layout}` | {row.title_fr} | {', '.join(names) or '–'} |")
    return spaced("\n".join(parts)) + "\n"


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
    FORMATS.write_text(formats(), encoding="utf-8")
    for path in PAGE.parent.rglob("*.md"):
        path.write_text(spaced(path.read_text(encoding="utf-8")), encoding="utf-8")
