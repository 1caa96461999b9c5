"""The deck's own words in both languages."""

from __future__ import annotations

from analyses.wording import Text

FIGURES = Text("Les chiffres clés, et leur certitude", "The key figures, and how sure they are")
AWAITED = Text(
    "Les données attendues donneront les premiers chiffres", "The awaited data will give figures"
)
POINTS = Text("Ce qui a changé, ce qu'il faut regarder", "What changed, what to look at")
NEXT = Text("Ce qui manque, et la prochaine étape", "What is missing, and the next step")
NEXT_HEADER = (
    Text("Thème", "Theme"),
    Text("Ce qui manque", "What is missing"),
    Text("Fichier qui le débloque", "File that unlocks it"),
    Text("Où l'obtenir", "Where to get it"),
)
NEXT_MORE = Text(
    "Le rapport donne la liste entière, et pourquoi.",
    "The report gives the whole list, and why.",
)
QUESTIONS = Text(
    "Les questions auxquelles les données répondront", "The questions that the data will answer"
)
METHOD = Text("D'où viennent ces chiffres, et comment les lire",
              "Where these figures come from, and how to read them")  # fmt: skip
SOURCES = Text("Les données, par producteur", "The data, by producer")
READING = Text("Comment lire", "How to read")
BOUNDS = Text(
    "Sous chaque chiffre, les bornes entre lesquelles la valeur réelle se trouve très "
    "probablement ; n est le nombre de cas observés.",
    "Under each figure, the bounds between which the true value very probably lies; n is the "
    "number of cases observed.",
)
MORE = Text("Les autres producteurs sont nommés dans le rapport.",
            "The other producers are named in the report.")  # fmt: skip
SOURCE = Text("Source : {producers}.", "Source: {producers}.")
OTHERS = Text("d'autres", "others")
MARK = Text("Empreinte du calcul : {mark}.", "Fingerprint of the computation: {mark}.")
