"""What stands around the premises of the demo city: places, statistics and projects, all invented.

Bicycle racks and charging stations are written in the columns of the national schemas
(``schema-stationnement-cyclable`` 1.1.1, ``schema-irve-statique`` 2.3.0), local statistics in the
wide form of Insee's tables by IRIS. Contacts of operators are planted: no table may keep them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analyses.demo import ground, passages, plan, renewal
from analyses.demo.streets import Network, Points, along, degrees, length

CONTACT, TELEPHONE = "jeanne.fictive@bornes-demo.example", "02 61 91 00 42"
"""Personal data planted in the file of charging stations (a number kept for fiction by Arcep)."""

PLACES: tuple[tuple[str, str, str, str, float], ...] = (
    ("public_service", "Mairie", "Hôtel de ville", "Rue du Cloître", 0.30),
    ("public_service", "Sous-préfecture", "Sous-préfecture de Valmont", "Mail Victor-Hugo", 0.55),
    ("public_service", "France services", "Maison France services", "Rue de la Filature", 0.40),
    ("public_service", "Tribunal", "Tribunal de proximité", "Rue des Jardins", 0.25),
    ("public_service", "Mairie annexe", "Mairie annexe de Saint-Éloi", "Route de Saint-Éloi", 0.5),
    ("bank_post", "Bureau de poste", "La Poste de Valmont", "Rue de la Vieille-Poste", 0.50),
    ("bank_post", "Bureau de poste", "La Poste de Saint-Éloi", "Rue du Moulin-Brûlé", 0.35),
    ("health", "Centre hospitalier", "Hôpital de Valmont", "Rue Pasteur", 0.80),
    ("health", "Maison de santé", "Maison de santé des Tanneurs", "Rue des Tanneurs", 0.45),
    ("health", "Laboratoire", "Laboratoire du Mail", "Mail Victor-Hugo", 0.25),
    ("health", "Maison de santé", "Maison de santé de la Gare", "Rue de la Rotonde", 0.60),
    ("education", "École maternelle", "École du Puits", "Rue du Puits-Sauvage", 0.60),
    ("education", "École élémentaire", "École des Écoles", "Rue des Écoles", 0.50),
    ("education", "Collège", "Collège Marie-Curie", "Rue Marie-Curie", 0.70),
    ("education", "Lycée", "Lycée du Général-Démo", "Rue du Général-Démo", 0.60),
    ("education", "École élémentaire", "École de la Tuilerie", "Rue de la Tuilerie", 0.40),
    ("culture", "Médiathèque", "Médiathèque des Halles", "Rue des Halles", 0.40),
    ("culture", "Cinéma", "Cinéma Le Beffroi", "Rue du Beffroi", 0.50),
    ("culture", "Théâtre", "Théâtre municipal", "Rue des Jardins", 0.70),
    ("culture", "Musée", "Musée du Cloître", "Rue du Cloître", 0.75),
    ("sport", "Piscine", "Piscine des Prés", "Avenue des Prés", 0.60),
    ("sport", "Gymnase", "Gymnase de la Glacière", "Rue des Écoles", 0.85),
    ("sport", "Stade", "Stade de la Filature", "Rue de la Filature", 0.90),
    ("tourism", "Office de tourisme", "Office de tourisme", "Rue de la République", 0.35),
    ("tourism", "Hôtel", "Hôtel des Remparts", "Rue Saint-Éloi", 0.90),
    ("tourism", "Hôtel", "Hôtel de la Gare", "Avenue de la Gare", 0.85),
    ("market", "Halle", "Halles de Valmont", "Rue des Halles", 0.55),
    ("market", "Marché de plein air", "Place du Marché", "Rue de la République", 0.60),
    ("green_space", "Jardin public", "Jardin Démo", "Rue du Pont-Neuf", 0.75),
    ("green_space", "Square", "Square des Carmes", "Rue des Carmes", 0.45),
    ("street_furniture", "Fontaine", "Fontaine du Cloître", "Rue du Cloître", 0.55),
    ("street_furniture", "Bancs", "Bancs du Mail", "Mail Victor-Hugo", 0.40),
    ("other", "Église", "Église Saint-Éloi", "Rue Saint-Éloi", 0.40),
    ("other", "Salle des fêtes", "Salle des fêtes", "Rue du Faubourg-Saint-Éloi", 0.80),
)  # fmt: skip
"""Kind, word of the source, name, street and share of its length."""

RACKS = (
    "Rue de la République", "Rue des Halles", "Rue du Cloître", "Rue Saint-Éloi", "Rue des Carmes",
    "Mail Victor-Hugo", "Avenue de la Gare", "Rue des Écoles", "Rue Marie-Curie", "Rue Pasteur",
    "Rue du Faubourg-Saint-Éloi", "Avenue des Cheminots", "Rue de la Rotonde",
    "Route de Saint-Éloi", "Avenue de l'Europe",
)  # fmt: skip
STATIONS: tuple[tuple[str, str, int], ...] = (
    ("Halles", "Rue des Halles", 2), ("Mail", "Mail Victor-Hugo", 4),
    ("Gare", "Avenue de la Gare", 6), ("Prés-Neufs", "Avenue de l'Europe", 4),
    ("Saint-Éloi", "Route de Saint-Éloi", 2),
)  # fmt: skip
IRIS: tuple[tuple[str, str, int], ...] = (
    ("000420101", "Vieille ville", 3400), ("000420102", "Tour de ville", 6900),
    ("000420103", "Gare - Filature", 6100), ("000420104", "Saint-Éloi", 5600),
    ("000420105", "Prés-Neufs", 5400),
)  # fmt: skip
SECRET_IRIS = "000420105"
"""IRIS whose standard of living is under statistical secrecy (written s)."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is generated, as the files are written.

    Parameters
    ----------
    places, racks, stations : DataFrame
        Places of interest, bicycle racks, charging points.
    statistics, zones : DataFrame
        Table by IRIS (wide, of two communes), population by zone.
    projects : dict
        GeoJSON.
    """

    places: pd.DataFrame
    racks: pd.DataFrame
    stations: pd.DataFrame
    statistics: pd.DataFrame
    zones: pd.DataFrame
    projects: dict[str, Any]


def surroundings(rng: np.random.Generator, network: Network) -> Surroundings:
    """Draw what stands around the premises.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of every draw.
    network : Network
        Streets that everything stands on.
    """
    return Surroundings(
        places=_places(rng, network),
        racks=_racks(rng, network),
        stations=_stations(rng, network),
        statistics=_statistics(rng),
        zones=_by_zone(rng),
        projects=projects(network),
    )


def _spot(network: Network, name: str, share: float, offset: float) -> tuple[float, float]:
    line = next(street.line for street in network.streets if street.name == name)
    at = along(line, np.array([share * length(line)]), np.array([offset]))
    lon, lat = degrees(at)[0]
    return round(float(lon), 6), round(float(lat), 6)


def _places(rng: np.random.Generator, network: Network) -> pd.DataFrame:
    rows = []
    for rank, (kind, category, name, street, share) in enumerate(PLACES, start=1):
        side = 14.0 if rng.random() < 0.5 else -14.0
        lon, lat = _spot(network, street, share, side)
        rows.append((f"EQ-{rank:03d}", kind, category, name, "", lon, lat))
    columns = ["place_id", "kind", "category", "name", "capacity", "lon", "lat"]
    return pd.DataFrame(rows, columns=columns)


def _racks(rng: np.random.Generator, network: Network) -> pd.DataFrame:
    rows = []
    for rank, street in enumerate(RACKS, start=1):
        lon, lat = _spot(network, street, float(rng.uniform(0.2, 0.8)), 4.0)
        size = 2 * int(rng.integers(3, 11))
        point = f"[{lon:.6f}, {lat:.6f}]"
        rows.append((f"VSDV{rank:02d}", plan.INSEE_CODE, point, size, "CADRE ET ROUE", "ARCEAU",
                     "LIBRE ACCES", "true", "STATIONNEMENT NON FERME", "false",
                     "Ville (fictive)", "2025-03-03"))  # fmt: skip
    # fmt: off
    columns = ["id_local", "code_com", "coordonneesxy", "capacite", "type_accroche", "mobilier",
               "acces", "gratuit", "protection", "couverture", "proprietaire", "date_maj"]
    # fmt: on
    return pd.DataFrame(rows, columns=columns)


def _stations(rng: np.random.Generator, network: Network) -> pd.DataFrame:
    rows = []
    for rank, (name, street, points) in enumerate(STATIONS, start=1):
        lon, lat = _spot(network, street, float(rng.uniform(0.3, 0.7)), -9.0)
        station = f"FRVSDP{rank:03d}"
        rows += [
            ("Bornes de Démo", CONTACT, TELEPHONE, "Bornes de Démo", station, f"Valmont - {name}",
             "Voirie", f"{street} {plan.POSTCODE} {plan.CITY_NAME}", plan.INSEE_CODE,
             f"[{lon:.6f}, {lat:.6f}]", points, f"FRVSDE{rank:03d}{point}", 22, "Accès libre",
             "24/7", "Accessibilité inconnue", "2025-05-12")
            for point in range(1, points + 1)
        ]  # fmt: skip
    columns = ["nom_operateur", "contact_operateur", "telephone_operateur", "nom_enseigne",
               "id_station_itinerance", "nom_station", "implantation_station", "adresse_station",
               "code_insee_commune", "coordonneesXY", "nbre_pdc", "id_pdc_itinerance",
               "puissance_nominale", "condition_acces", "horaires", "accessibilite_pmr",
               "date_maj"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _statistics(rng: np.random.Generator) -> pd.DataFrame:
    """Return a table by IRIS: the city's, and one of a neighbour that must not be read."""
    rows = []
    for code, name, people in (*IRIS, ("000430000", "Voisine (commune non irisée)", 900)):
        young = round(people * float(rng.uniform(0.16, 0.26)))
        homes = round(people * float(rng.uniform(0.46, 0.58)))
        income = "s" if code == SECRET_IRIS else str(round(float(rng.uniform(17_500, 24_500)), -1))
        rows.append((code, code[:5], name, people, young, homes, income.removesuffix(".0")))
    columns = ["IRIS", "COM", "LIBIRIS", "P21_POP", "P21_POP1529", "P21_MEN", "MED_VIE"]
    return pd.DataFrame(rows, columns=columns)


def _by_zone(rng: np.random.Generator) -> pd.DataFrame:
    people = dict(zip([zone.id for zone in plan.ZONES], (2900, 7200, 5200, 4700, 300), strict=True))
    rows = [
        (zone.id, "zone", zone.name, "population",
         people[zone.id] + 10 * int(rng.integers(-9, 10)), "habitants", 2021)
        for zone in plan.ZONES
    ]  # fmt: skip
    columns = ["area_id", "level", "name", "variable", "value", "unit", "year"]
    return pd.DataFrame(rows, columns=columns)


def projects(network: Network) -> dict[str, Any]:
    """Return the urban projects as GeoJSON: two whose effect is planted, two still to come."""
    start, end = passages.WORKS
    written: tuple[tuple[str, str, str, str, str, str | None, str], ...] = (
        ("REQ-2023", f"Requalification : {renewal.STREET}", "requalification", "done",
         renewal.START.isoformat(), None, renewal.STREET),
        ("TRX-2024", f"Réseau de chaleur : {passages.WORKS_STREET}", "works", "done",
         start.isoformat(), end.isoformat(), passages.WORKS_STREET),
        ("PIE-2026", "Piétonnisation : Rue des Carmes", "pedestrianisation", "planned",
         "2026-05-04", None, "Rue des Carmes"),
        ("IMM-2026", "Résidence de la Rotonde", "construction", "planned",
         "2026-02-02", "2027-09-30", "Rue de la Filature"),
    )  # fmt: skip
    lines = {street.name: street.line for street in network.streets}
    features = []
    for name, title, kind, status, first, last, street in written:
        properties = {"project_id": name, "name": title, "kind": kind, "status": status,
                      "start": first, "end": last, "street": street}  # fmt: skip
        features.append(
            {
                "type": "Feature",
                "properties": properties,
                "geometry": _footprint(lines[street], kind),
            }
        )
    return ground.collection("projects", features)


def _footprint(line: Points, kind: str) -> dict[str, Any]:
    """Return a street, or the plot of a building beside it."""
    if kind != "construction":
        return {"type": "LineString", "coordinates": ground.pairs(line)}
    middle = length(line) / 2
    at = middle + np.array([-20.0, 20.0, 20.0, -20.0, -20.0])
    off = np.array([10.0, 10.0, 35.0, 35.0, 10.0])
    return {"type": "Polygon", "coordinates": [ground.pairs(along(line, at, off))]}
