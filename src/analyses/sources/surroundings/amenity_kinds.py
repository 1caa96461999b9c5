"""What a word of a source is among the kinds of places: tags, themes, codes of equipment.

OpenStreetMap: keys and values of the wiki's "Map features". SCDL: the themes that the schema
``equipements`` 0.1.5 lists. BPE: domains and sub-domains of the nomenclature of Insee's Base
permanente des équipements, whose shops (B) and trades (A3 to A5) belong to other tables.
"""

from __future__ import annotations

from collections.abc import Mapping

OSM_KEYS: tuple[str, ...] = (
    "amenity", "tourism", "leisure", "office", "healthcare", "historic", "building",
)  # fmt: skip

_OSM: dict[str, dict[str, tuple[str, ...]]] = {
    "amenity": {
        "public_service": (
            "townhall", "courthouse", "police", "fire_station", "public_building",
            "community_centre", "social_facility", "social_centre", "register_office",
            "public_bath", "prison", "ranger_station",
        ),
        "health": ("hospital", "clinic", "doctors", "dentist", "nursing_home"),
        "education": (
            "school", "kindergarten", "college", "university", "music_school", "language_school",
            "driving_school", "childcare", "training", "prep_school",
        ),
        "culture": (
            "library", "theatre", "cinema", "arts_centre", "conservatory", "planetarium",
            "exhibition_centre", "concert_hall",
        ),
        "market": ("marketplace",),
        "bank_post": ("post_office", "atm", "post_depot"),
        "street_furniture": (
            "bench", "drinking_water", "fountain", "toilets", "waste_basket", "recycling",
            "shelter", "post_box", "clock", "telephone", "bbq",
        ),
        "bike_parking": ("bicycle_parking",),
        "ev_charger": ("charging_station",),
        "other": ("place_of_worship", "events_venue", "conference_centre", "grave_yard"),
    },
    "tourism": {
        "tourism": (
            "information", "hotel", "hostel", "guest_house", "motel", "camp_site", "caravan_site",
            "apartment", "chalet", "viewpoint", "attraction", "theme_park", "zoo", "aquarium",
        ),
        "culture": ("museum", "gallery"),
        "street_furniture": ("artwork",),
    },
    "leisure": {
        "sport": (
            "sports_centre", "stadium", "swimming_pool", "pitch", "track", "fitness_centre",
            "ice_rink", "sports_hall", "water_park", "golf_course", "horse_riding", "skatepark",
            "fitness_station", "bowling_alley",
        ),
        "green_space": ("park", "garden", "playground", "nature_reserve", "dog_park"),
        "other": ("marina",),
    },
    "office": {"public_service": ("government", "employment_agency", "tax", "public")},
    "healthcare": {
        "health": (
            "hospital", "clinic", "doctor", "dentist", "laboratory", "centre", "physiotherapist",
            "midwife", "nurse", "psychotherapist", "podiatrist", "speech_therapist", "dialysis",
        ),
    },
    "historic": {"culture": ("castle", "monument", "city_gate", "fort", "archaeological_site")},
    "building": {"market": ("marketplace",)},
}  # fmt: skip

_PRIVATE = {"private", "no", "residents"}

SCDL_THEMES: Mapping[str, str] = {
    "Equipement administratif": "public_service",
    "Equipement de justice": "public_service",
    "Equipement sanitaire": "health",
    "Equipement social et d'animation": "public_service",
    "Equipement sportif et de loisirs": "sport",
    "Equipement d'enseignement": "education",
    "Equipement cultuel": "other",
    "Equipement culturel": "culture",
    "Equipement de mobilité": "other",
    "Autre équipement": "other",
}

_BPE_SUBDOMAINS = {"A1": "public_service", "F1": "sport", "F2": "sport", "F3": "culture"}
_BPE_DOMAINS = {"C": "education", "D": "health", "G": "tourism"}
_BPE_CODES = {
    "A203": "bank_post", "A206": "bank_post", "A207": "bank_post", "A208": "bank_post",
    "D701": "public_service", "D702": "public_service", "D703": "public_service",
    "D704": "public_service", "D705": "public_service", "D709": "public_service",
    "G101": "", "D301": "",
}  # fmt: skip
"""Banks and post offices; social action of domain D; travel agencies and pharmacies are shops."""


def of_tags(tags: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the kind of an OpenStreetMap object and its own word, None if it is no place.

    Private equipment (``access=private``) is left out: a garden pool is nobody's destination.
    """
    if tags.get("access") in _PRIVATE:
        return None
    for key in OSM_KEYS:
        value = tags.get(key)
        for kind, values in _OSM[key].items() if value else ():
            if value in values:
                return kind, str(value)
    return None


def of_bpe(code: str) -> str | None:
    """Return the kind of a BPE code such as A206, None if it is a shop, a trade or transport."""
    if code in _BPE_CODES:
        return _BPE_CODES[code] or None
    return _BPE_SUBDOMAINS.get(code[:2]) or _BPE_DOMAINS.get(code[:1])
