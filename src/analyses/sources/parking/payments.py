"""Pay stations and payments by telephone: vendors' exports brought to one table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from analyses.cities import City
from analyses.errors import InputError
from analyses.sources.parking.plates import Pseudonyms
from analyses.sources.parking.recipes import Recipe, minutes, money
from analyses.sources.parking.records import OPTIONS, batches, read
from analyses.sources.remarks import Remark, Tally
from analyses.sources.request import Family, Layout, Piece, Request, each, expand
from analyses.wording import Text

TABLE = "parking_payments"
_OPTIONS = (*OPTIONS, "meters")
_MAPPED_OPTIONS = (*_OPTIONS, "point_column", "point_order", "crs")

CANCELLED = Remark(
    "{n} transaction(s) annulée(s) ou remboursée(s), écartées.",
    "{n} cancelled or refunded transaction(s), set aside.",
    True,
)
DECLINED = Remark(
    "{n} transaction(s) refusée(s), écartées.", "{n} declined transaction(s), set aside.", True
)
UPKEEP = Remark(
    "{n} opération(s) d'entretien ou d'essai, écartées.",
    "{n} maintenance or test operation(s), set aside.",
    True,
)
FPS = Remark(
    "{n} forfait(s) de post-stationnement payés à l'horodateur, écartés : ils n'achètent pas "
    "de temps.",
    "{n} penalty charge(s) paid at the machine, set aside: they buy no time.",
    True,
)
OTHER_METER = Remark(
    "{n} transaction(s) d'autres horodateurs que ceux de l'option meters, écartées.",
    "{n} transaction(s) at other pay stations than those of the option meters, set aside.",
    True,
)
TWINS = Remark(
    "{n} ligne(s) répètent exactement une autre (même horodateur, début, fin, montant, "
    "moyen) ; gardées, deux usagers pouvant payer de même à la même minute.",
    "{n} row(s) repeat another exactly (same pay station, start, end, amount, means); kept, "
    "as two drivers may pay alike in the same minute.",
)
SHARED_NAME = Remark(
    "{n} ligne(s) portent un nom de rue que partagent plusieurs horodateurs ; c'est "
    "l'identifiant, et non le nom, qui les sépare.",
    "{n} row(s) carry a street name that several pay stations share; the identifier, "
    "not the name, tells them apart.",
)
NO_END = Remark(
    "{n} transaction(s) sans fin ni durée achetée : elles ne disent pas quel temps elles paient.",
    "{n} transaction(s) without end or time bought: they do not say what time they pay for.",
)
REVERSED = Remark(
    "{n} transaction(s) finissent avant de commencer.", "{n} transaction(s) end before they begin."
)
CLOCK_OFF = Remark(
    "{n} ligne(s) où le début recalculé (fin − durée totale) n'est pas l'heure de paiement écrite.",
    "{n} row(s) where the start computed (end − total time) is not the payment time written.",
)


def _prepare(frame: pd.DataFrame, tally: Tally, asked: Request) -> pd.DataFrame:
    """Complete what a transaction leaves out and set aside those that buy nothing."""
    if "_hours" in frame:
        hours = pd.to_numeric(frame["_hours"].str.replace(",", "."), errors="coerce")
        frame["purchased_minutes"] = frame["purchased_minutes"].fillna(hours.astype(float) * 60)
    if "_length" in frame:
        length = minutes(frame["_length"])
        frame["purchased_minutes"] = frame["purchased_minutes"].fillna(length)
    for name, divisor in (("_money", 1.0), ("_cents", 100.0)):
        if name in frame:
            frame["amount"] = frame["amount"].fillna(money(frame[name]) / divisor)
    bought = pd.to_timedelta(np.round(frame["purchased_minutes"].to_numpy(float) * 60), unit="s")
    frame["end"] = frame["end"].fillna(frame["start"] + bought)
    late = frame["end"] < frame["start"]
    doubled = late & frame.get("_end_twice", pd.Series(False, index=frame.index))
    frame.loc[doubled, "end"] += pd.Timedelta(hours=1)
    return _set_aside(frame, tally, asked)


def _set_aside(frame: pd.DataFrame, tally: Tally, asked: Request) -> pd.DataFrame:
    status, kind = frame["status"], frame["kind"]
    kept = pd.Series(True, index=frame.index)
    wanted = asked.options("meters")
    rules = [
        (OTHER_METER, ~frame["meter_id"].isin(wanted) if wanted else ~kept),
        (CANCELLED, status.isin(["cancelled", "refunded"])),
        (DECLINED, status.eq("declined").fillna(False)),
        (UPKEEP, kind.eq("maintenance").fillna(False)),
        (FPS, kind.eq("fps").fillna(False)),
    ]
    for remark, out in rules:
        rows = out.astype(bool) & kept
        tally.add(remark, frame.index[rows])
        kept &= ~rows
    frame = frame[kept]
    tally.add(NO_END, frame.index[frame["end"].isna()])
    tally.add(REVERSED, frame.index[frame["end"] < frame["start"]])
    return frame


def _charlottesville(frame: pd.DataFrame, tally: Tally, asked: Request) -> pd.DataFrame:
    """Compute the start: the export gives the end and the total time only."""
    total = minutes(frame["_total"])
    frame["start"] = frame["end"] - pd.to_timedelta(np.round(total.to_numpy(float) * 60), unit="s")
    clock = minutes(frame["_paid_at"]) % 720
    local = frame["start"].dt
    wall = (local.hour * 60 + local.minute + local.second / 60) % 720
    tally.add(CLOCK_OFF, frame.index[(clock - wall).abs() > 1 / 120])
    return _prepare(frame, tally, asked)


def _seattle(frame: pd.DataFrame, tally: Tally, asked: Request) -> pd.DataFrame:
    if "_street" in frame:
        keys = frame.groupby("_street")["meter_id"].transform("nunique")
        tally.add(SHARED_NAME, frame.index[keys > 1])
    return _prepare(frame, tally, asked)


def _layout(name: str, fr: str, en: str) -> Layout:
    return Layout(name, Text(fr, en), _MAPPED_OPTIONS if name == "mapped" else _OPTIONS)


_US = ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M")
_SINGLE = {"Single": "ticket"}

TEMPLATE = Recipe(
    _layout(
        "coeurville",
        "Modèle coeurville des paiements (CSV, XLSX, Parquet)",
        "coeurville payments template (CSV, XLSX, Parquet)",
    ),
    finish=_prepare,
)
MAPPED = Recipe(
    _layout(
        "mapped",
        "Tout autre export, colonnes déclarées dans city.yml",
        "Any other export, columns declared in city.yml",
    ),
    finish=_prepare,
)
FLOWBIRD = Recipe(
    _layout(
        "flowbird",
        "Export Flowbird ou Parkeon, français ou anglais (en-têtes non vérifiés sur un export "
        "réel : si la lecture échoue, utilisez mapped)",
        "Flowbird or Parkeon export, French or English (headers not checked against a real "
        "export: use mapped if reading fails)",
    ),
    {
        "payment_id": (
            "numéro de ticket",
            "n° ticket",
            "numéro de transaction",
            "transaction id",
            "transaction_id",
            "transaction number",
        ),
        "meter_id": (
            "horodateur",
            "numéro horodateur",
            "n° horodateur",
            "code horodateur",
            "parcmètre",
            "code parcmètre",
            "terminal_id",
            "terminal id",
            "machine id",
        ),
        "zone_id": ("zone", "zone tarifaire", "secteur", "area"),
        "start": (
            "début stationnement",
            "date début",
            "début de validité",
            "date de début",
            "parking_start_date",
            "start date",
            "date horodateur",
            "date de transaction",
            "transaction_date",
            "transaction date",
        ),
        "end": (
            "fin stationnement",
            "date fin",
            "fin de validité",
            "date de fin",
            "parking_end_date",
            "end date",
        ),
        "_hours": ("durée payée (h)", "durée (h)"),
        "_length": ("durée payée (min)", "durée (min)", "durée payée", "durée", "duration"),
        "_money": (
            "montant carte",
            "montant",
            "montant (€)",
            "montant payé",
            "transaction_amount",
            "amount",
            "total charge",
        ),
        "kind": ("usager", "type d'usager", "profil", "profil usager", "user type", "tariff"),
        "channel": (
            "moyen de paiement",
            "type de paiement",
            "mode de paiement",
            "payment mean",
            "scheme",
        ),
        "status": ("statut", "état", "statut de la transaction", "transaction_status", "status"),
        "plate": ("plaque", "immatriculation", "plaque d'immatriculation", "license plate"),
    },
    needs=("meter_id", "start"),
    finish=_prepare,
)
PASSPORT = Recipe(
    _layout(
        "passport",
        "Export Passport, paiement par téléphone (en-têtes non vérifiés sur un export réel : si "
        "la lecture échoue, utilisez mapped)",
        "Passport export, payment by telephone (headers not checked against a real export: use "
        "mapped if reading fails)",
    ),
    {
        "payment_id": ("Transaction #", "Transaction Number", "Transaction Id"),
        "meter_id": ("Zone #", "Zone Number", "Zone"),
        "start": ("Entry Time", "Start Time"),
        "end": ("Exit Time", "End Time"),
        "_money": ("Parking Revenue", "Parking Fee", "Net Revenue"),
        "channel": ("Method", "Payment Type"),
        "plate": ("LPN", "License Plate", "Plate", "License Plate Number"),
    },
    ("%Y/%m/%d %I:%M:%S %p", *_US),
    ("meter_id", "start", "end"),
    finish=_prepare,
)
CIVICSMART = Recipe(
    _layout(
        "civicsmart",
        "Export CivicSmart ou Duncan (en-têtes non vérifiés sur un export réel : si la lecture "
        "échoue, utilisez mapped)",
        "CivicSmart or Duncan export (headers not checked against a real export: use mapped if "
        "reading fails)",
    ),
    {
        "payment_id": ("TransactionsID", "Transaction ID", "TransID", "Transaction Id"),
        "meter_id": ("MeterID", "Meter ID", "Meter Id", "Asset ID", "Meter Name"),
        "zone_id": ("Zone", "Area"),
        "start": (
            "TransDateTime",
            "Transaction Date Time",
            "Transaction Date/Time",
            "TransactionDateTime",
            "Trans Date Time",
            "Start Time",
        ),
        "end": ("ExpiryTime", "Expiry Time", "End Time"),
        "_length": ("TimePaid", "Time Paid", "Time Paid (min)", "TimePaidByMin", "Minutes Paid"),
        "_cents": ("AmountInCents", "Amount In Cents"),
        "_money": ("Amount", "Amount Paid", "Amount ($)"),
        "channel": ("Transaction Type", "TransType", "TransactionType", "Payment Type"),
        "status": ("Transaction Status", "TransactionStatus", "Status"),
        "plate": ("License Plate", "Plate", "PlateNo"),
    },
    _US,
    ("meter_id", "start"),
    finish=_prepare,
)
CHARLOTTESVILLE = Recipe(
    _layout(
        "charlottesville",
        "Export de Charlottesville (fin du droit et durée totale)",
        "Charlottesville export (end of the right and total time)",
    ),
    {
        "payment_id": ("recordid",),
        "meter_id": ("spacename",),
        "end": ("parkingendtime",),
        "_total": ("totalparkingtime",),
        "_length": ("timepurchased",),
        "_paid_at": ("time_payment",),
        "amount": ("total",),
        "channel": ("transactiontype",),
        "kind": ("transactiontype",),
        "status": ("transactionstatus",),
        "plate": ("licenseplateanon", "licenseplate"),
    },
    _US,
    ("meter_id", "end", "_total", "_paid_at"),
    {
        "kind": {
            "Diagn. Card": "maintenance",
            "Maint. Credit": "maintenance",
            "Meter Swap": "maintenance",
            "*": "ticket",
        },
        "status": {
            "Transaction Cancelled": "cancelled",
            "Declined": "declined",
            "RTCC Processing": "pending",
            "*": "approved",
        },
    },
    _charlottesville,
)
SEATTLE = Recipe(
    _layout(
        "seattle",
        "Transactions de Seattle (minutes payées par tronçon)",
        "Seattle transactions (paid minutes by block face)",
    ),
    {
        "payment_id": ("Transaction ID", "TransactionId"),
        "meter_id": ("source_element_key", "ElementKey", "SourceElementKey"),
        "_street": ("area_subarea", "BlockfaceName"),
        "start": ("parking_transaction_date_time", "Transaction DateTime", "TransactionDateTime"),
        "purchased_minutes": ("paidduration_in_minutes", "Duration_mins", "PaidDuration_mins"),
        "amount": ("transaction_amount", "Amount"),
        "channel": ("paymen_tmean", "payment_mean", "PaymentMean"),
    },
    ("%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p"),
    ("meter_id", "start", "purchased_minutes"),
    finish=_seattle,
)

RECIPES = {
    recipe.layout.name: recipe
    for recipe in (TEMPLATE, MAPPED, FLOWBIRD, PASSPORT, CIVICSMART, CHARLOTTESVILLE, SEATTLE)
}


def read_file(asked: Request) -> Piece:
    """Read one export; repeated rows are counted and kept."""
    piece = read(asked, RECIPES[asked.source.layout])
    return _with_twins(piece)


def _with_twins(piece: Piece) -> Piece:
    key = [
        name for name in ("meter_id", "start", "end", "amount", "channel") if name in piece.frame
    ]
    twins = piece.frame.duplicated(key)
    if "payment_id" in piece.frame and piece.frame["payment_id"].notna().all():
        twins &= ~piece.frame["payment_id"].duplicated()
    tally = Tally()
    tally.add(TWINS, piece.frame.index[twins])
    return replace(piece, notes=(*piece.notes, *tally.notes()))


def stream(city: City) -> Iterator[pd.DataFrame]:
    """Yield the payments of a city batch by batch, without holding them.

    Parameters
    ----------
    city : City
        City with ``sources.parking_payments``.

    Yields
    ------
    DataFrame
        Rows of the table ``parking_payments``.

    Raises
    ------
    InputError
        At the first batch that is wrong.
    """
    vehicles = Pseudonyms()
    for source in city.sources.parking_payments:
        for asked in expand(city, TABLE, source):
            tally = Tally()
            recipe = RECIPES[asked.source.layout]
            for batch in batches(asked, recipe, tally, pseudonyms=vehicles):
                if batch.faults:
                    raise InputError(batch.faults)
                yield batch.frame


def _layouts(recipes: Sequence[Recipe]) -> tuple[Layout, ...]:
    return tuple(recipe.layout for recipe in recipes)


FAMILY = Family(TABLE, _layouts(tuple(RECIPES.values())), each(read_file))
