"""The trades of the demo city: activities with their codes, surfaces, brands and map tags.

Brands and names are invented. Codes are those of the official nomenclatures: NAF rév. 2 (since
2008) and NAF rév. 1 (before).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Trade:
    """One activity as a surveyor writes it.

    Parameters
    ----------
    label : str
        French label of the survey.
    family : str
        Activity family of ``activities.yml``.
    naf2, naf1 : str
        Codes in NAF rév. 2 and in NAF rév. 1.
    tag : str
        OpenStreetMap tag, ``key=value``.
    surface_m2 : float
        Median sales area.
    weights : tuple of three float
        Relative frequency in the (hyper)centre, the faubourgs and the periphery.
    brands : tuple of str
        Invented brands; a premises of this trade carries one with probability ``chain``.
    chain : float
        Probability of carrying a brand.
    """

    label: str
    family: str
    naf2: str
    naf1: str
    tag: str
    surface_m2: float
    weights: tuple[float, float, float]
    brands: tuple[str, ...] = ()
    chain: float = 0.0


TRADES: tuple[Trade, ...] = (
    Trade("Boulangerie-pâtisserie", "food", "10.71C", "15.8C", "shop=bakery", 75, (5, 8, 3),
          ("La Miche de Démo",), 0.15),
    Trade("Boucherie-charcuterie", "food", "47.22Z", "52.2C", "shop=butcher", 60, (2.5, 3, 1)),
    Trade("Primeur", "food", "47.21Z", "52.2A", "shop=greengrocer", 55, (1.5, 2, 1)),
    Trade("Caviste", "food", "47.25Z", "52.2J", "shop=wine", 70, (1.5, 1, 1.5),
          ("Cave Valmontaise",), 0.4),
    Trade("Supérette", "food", "47.11C", "52.1C", "shop=convenience", 210, (1.5, 3, 0),
          ("Petit Panier", "Épi Rapide"), 0.8),
    Trade("Supermarché", "food", "47.11D", "52.1D", "shop=supermarket", 1300, (0.5, 2, 5),
          ("Hypépi", "Grand Panier"), 1.0),
    Trade("Vêtements", "clothing", "47.71Z", "52.4C", "shop=clothes", 120, (15, 2, 8),
          ("Modazur", "Vêtilia", "Fil & Démo"), 0.45),
    Trade("Chaussures", "clothing", "47.72A", "52.4E", "shop=shoes", 110, (4, 1, 4),
          ("Pas Léger", "Semellia"), 0.5),
    Trade("Bijouterie-horlogerie", "clothing", "47.77Z", "52.4V", "shop=jewelry", 55, (3, 0.5, 1),
          ("Éclat d'Or Démo",), 0.3),
    Trade("Meubles", "home", "47.59A", "52.4H", "shop=furniture", 420, (1, 1.5, 6),
          ("Logivia",), 0.6),
    Trade("Équipement du foyer", "home", "47.59B", "52.4J", "shop=houseware", 140, (3, 1, 4),
          ("Maison Démo",), 0.4),
    Trade("Bricolage", "home", "47.52B", "52.4P", "shop=doityourself", 1100, (0.3, 1, 5),
          ("Bricovalm",), 0.9),
    Trade("Électroménager", "home", "47.54Z", "52.4L", "shop=appliance", 260, (0.7, 1, 4),
          ("Électrodém",), 0.7),
    Trade("Librairie", "culture_leisure", "47.61Z", "52.4R", "shop=books", 130, (2, 0.5, 1)),
    Trade("Presse-papeterie", "culture_leisure", "47.62Z", "52.4R", "shop=newsagent", 70,
          (2, 2.5, 0.5)),
    Trade("Articles de sport", "culture_leisure", "47.64Z", "52.4W", "shop=sports", 240,
          (1.5, 1, 5), ("Sportamont",), 0.7),
    Trade("Jeux et jouets", "culture_leisure", "47.65Z", "52.4W", "shop=toys", 180, (1, 0.3, 3),
          ("Toupie & Cie",), 0.6),
    Trade("Pharmacie", "health_beauty", "47.73Z", "52.3A", "amenity=pharmacy", 110, (3.5, 5, 2)),
    Trade("Optique", "health_beauty", "47.78A", "52.4T", "shop=optician", 85, (4, 1, 3),
          ("Optivalm", "Clair Regard"), 0.6),
    Trade("Parfumerie", "health_beauty", "47.75Z", "52.3E", "shop=perfumery", 120, (2.5, 0.3, 3),
          ("Séphyrine",), 0.7),
    Trade("Coiffure", "health_beauty", "96.02A", "93.0D", "shop=hairdresser", 50, (8, 11, 4),
          ("Coupe Nette",), 0.15),
    Trade("Soins de beauté", "health_beauty", "96.02B", "93.0E", "shop=beauty", 45, (3.5, 4, 1)),
    Trade("Restaurant", "cafe_restaurant", "56.10A", "55.3A", "amenity=restaurant", 95, (12, 10, 7),
          ("Le Grill de Démo",), 0.1),
    Trade("Restauration rapide", "cafe_restaurant", "56.10C", "55.3B", "amenity=fast_food", 60,
          (7, 8, 7), ("Burgalmont", "Pizz'Éclair"), 0.3),
    Trade("Café, bar", "cafe_restaurant", "56.30Z", "55.4A", "amenity=bar", 70, (6, 7, 1)),
    Trade("Banque", "services", "64.19Z", "65.1C", "amenity=bank", 160, (5, 3, 1),
          ("Banque de Démo", "Crédit Valmontais"), 1.0),
    Trade("Agence d'assurance", "services", "66.22Z", "67.2Z", "office=insurance", 75, (4, 5, 1),
          ("Prévia Démo",), 0.8),
    Trade("Agence immobilière", "services", "68.31Z", "70.3A", "office=estate_agent", 60, (4, 3, 0),
          ("Toit & Moi",), 0.4),
    Trade("Agence de voyages", "services", "79.11Z", "63.3Z", "shop=travel_agency", 55,
          (1.5, 0.5, 1), ("Évasion Démo",), 0.5),
    Trade("Pressing-laverie", "services", "96.01B", "93.0B", "shop=dry_cleaning", 60, (1, 2.5, 1)),
    Trade("Grand magasin, bazar", "general", "47.19B", "52.1J", "shop=variety_store", 480,
          (1.2, 1, 3), ("Bazaréo",), 0.8),
    Trade("Garage automobile", "motor", "45.20A", "50.2Z", "shop=car_repair", 260, (0.2, 5, 4),
          ("Autovalm",), 0.4),
    Trade("Cigarette électronique", "other", "47.78C", "52.4Z", "shop=e-cigarette", 40, (2, 1.5, 1),
          ("Nuage Démo",), 0.4),
)  # fmt: skip

MIX_OF_ZONE = {
    "hypercentre": 0, "centre": 0, "faubourg-gare": 1, "faubourg-saint-eloi": 1, "peripherie": 2,
}  # fmt: skip

_FIRST_WORDS = (
    "Chez", "Maison", "L'Atelier", "Au Comptoir", "La Boutique", "Le Coin", "L'Échoppe", "Espace",
    "Les Trésors", "Studio",
)  # fmt: skip
_LAST_WORDS = (
    "Églantine", "Barnabé", "du Beffroi", "des Tanneurs", "Clotaire", "Pimprenelle", "des Halles",
    "Ysoline", "du Vieux Pont", "Gédéon", "Mélusine", "des Remparts", "Anatole", "du Cloître",
    "Sidonie", "de l'Éloi", "Népomucène", "Rosalba", "du Mail", "Théodule", "Ermeline", "Gontran",
)  # fmt: skip

HOSTILE_NAME = "<script>alert(1)</script> & =cmd|'/c calc'!A1 #strong[x]"
"""A shop sign that breaks any output that forgets to escape it."""


def shares(zone_id: str) -> NDArray[np.float64]:
    """Return the probability of each of :data:`TRADES` for a new tenant in a zone; sums to 1."""
    column = MIX_OF_ZONE[zone_id]
    weights = np.array([trade.weights[column] for trade in TRADES])
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def signs(
    rng: np.random.Generator, trades: NDArray[np.int64]
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Draw the sign and the brand of shops.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    trades : array of int, shape (n,)
        Index in :data:`TRADES` of each shop.

    Returns
    -------
    names, brands : arrays of str, shape (n,)
        Sign, and brand (empty for an independent shop).
    """
    chained = rng.random(trades.size) < np.array([t.chain for t in TRADES])[trades]
    pick = rng.random(trades.size)
    first = rng.integers(0, len(_FIRST_WORDS), trades.size)
    last = rng.integers(0, len(_LAST_WORDS), trades.size)
    names, brands = [], []
    for index, trade in enumerate(trades):
        offered = TRADES[trade].brands
        brand = offered[int(pick[index] * len(offered))] if offered and chained[index] else ""
        names.append(brand or f"{_FIRST_WORDS[first[index]]} {_LAST_WORDS[last[index]]}")
        brands.append(brand)
    return np.array(names, dtype=object), np.array(brands, dtype=object)
