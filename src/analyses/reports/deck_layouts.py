"""The house look of the deck: theme, master and layouts, in PresentationML (ISO/IEC 29500-1).

Every text and picture of a slide stands in a placeholder of one of these layouts, so that a change
of the master in PowerPoint or LibreOffice changes the whole deck.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analyses.figures.style import BLUE, FONT, INK, MUTED, PAPER, RULE, VERMILION
from analyses.reports.reference_docx import NAVY

EMU = 914_400
"""English Metric Units in an inch."""
WIDE, HIGH = 13.333, 7.5
"""Size of a slide in inches (16:9)."""
SPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
GROUP = (
    '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr>'
    '<a:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/><a:chOff x="0" y="0"/>'
    '<a:chExt cx="0" cy="0"/></a:xfrm></p:grpSpPr>'
)
Box = tuple[float, float, float, float]
"""Left, top, width and height, in inches."""
KICKER, NOTE, CAPTION, MAIN, CARD, SIDE = 20, 21, 22, 1, 30, 40
"""Numbers of the placeholders that several layouts share."""
CARDS = 6


@dataclass(frozen=True, slots=True)
class Style:
    """How a level of a placeholder's text looks: points, colour of the theme, bold, bullet."""

    points: float
    colour: str = "tx1"
    bold: bool = False
    bullet: bool = False
    before: float = 0


@dataclass(frozen=True, slots=True)
class Holder:
    """A placeholder of a layout."""

    idx: int
    name: str
    box: Box
    levels: tuple[Style, ...]
    kind: str = "body"
    anchor: str = "t"


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout: its name in PowerPoint's menu, its kind and its placeholders."""

    name: str
    kind: str
    holders: tuple[Holder, ...]
    dark: bool = False

    def holder(self, idx: int) -> Holder:
        """Return a placeholder by its number."""
        return next(item for item in self.holders if item.idx == idx)


_LEFT, _WIDTH = 0.62, 12.1
_KICKER = Holder(KICKER, "Thème", (_LEFT, 0.42, _WIDTH, 0.36), (Style(14, "accent1", bold=True),))
_TITLE = Holder(0, "Titre", (_LEFT, 0.78, _WIDTH, 1.14), (Style(28, "tx2", bold=True),), "title")
_NOTE = Holder(NOTE, "Note et source", (_LEFT, 6.28, _WIDTH, 0.66), (Style(12, "accent6"),),
               anchor="b")  # fmt: skip
_POINTS = (Style(18, before=9, bullet=True), Style(14, "accent6", before=2))
_FIGURE = (
    Style(36, "tx2", bold=True),
    Style(15, before=2),
    Style(14, "accent6", before=5),
    Style(14, "accent1", bold=True, before=3),
    Style(12, "accent6", before=5),
)
"""A key figure: value, label, bounds, certainty, number of observations."""


def _card(place: int) -> Holder:
    column, row = place % 3, place // 3
    box = (_LEFT + 4.1 * column, 2.05 + 2.15 * row, 3.85, 2.0)
    return Holder(CARD + place, f"Chiffre {place + 1}", box, (Style(32, "tx2", bold=True),
                  *_FIGURE[1:]))  # fmt: skip


LAYOUTS: dict[str, Layout] = {
    "cover": Layout("Couverture", "title", (
        Holder(0, "Titre", (0.9, 2.0, 11.5, 1.5), (Style(46, "bg1", bold=True),), "ctrTitle", "b"),
        Holder(MAIN, "Sous-titre", (0.9, 3.62, 11.0, 0.9), (Style(20, "bg1"),), "subTitle"),
        Holder(KICKER, "Surtitre", (0.9, 1.0, 11.5, 0.4), (Style(16, "bg1", bold=True),)),
        Holder(CAPTION, "Édition", (0.9, 4.75, 11.5, 1.05), (Style(16, "bg1", bold=True),
               Style(14, "bg1", before=3))),
        Holder(NOTE, "Avertissement", (0.9, 5.95, 11.5, 0.6), (Style(16, "bg1", bold=True),)),
    ), dark=True),
    "figures": Layout("Chiffres clés", "cust", (
        _KICKER, _TITLE, *(_card(place) for place in range(CARDS)), _NOTE,
    )),
    "picture": Layout("Constat, figure et chiffre", "cust", (
        _KICKER, _TITLE,
        Holder(CAPTION, "Titre de la figure", (_LEFT, 1.92, 9.0, 0.36), (Style(14, bold=True),)),
        Holder(MAIN, "Figure", (_LEFT, 2.3, 9.0, 3.92), (Style(14),), "pic"),
        Holder(CARD, "Chiffre", (9.95, 2.3, 2.8, 3.92), _FIGURE),
        _NOTE,
    )),
    "text": Layout("Titre et texte", "cust", (
        _KICKER, _TITLE, Holder(MAIN, "Texte", (_LEFT, 2.05, _WIDTH, 4.1), _POINTS), _NOTE,
    )),
    "columns": Layout("Deux colonnes", "cust", (
        _KICKER, _TITLE,
        Holder(CAPTION, "Titre de gauche", (_LEFT, 2.0, 5.85, 0.42), (Style(18, "accent1", True),)),
        Holder(CAPTION + 1, "Titre de droite", (6.87, 2.0, 5.85, 0.42),
               (Style(18, "accent1", True),)),
        Holder(MAIN, "Texte de gauche", (_LEFT, 2.45, 5.85, 3.75), _POINTS),
        Holder(SIDE, "Texte de droite", (6.87, 2.45, 5.85, 3.75), _POINTS),
        _NOTE,
    )),
    "table": Layout("Titre et tableau", "cust", (
        _KICKER, _TITLE, Holder(MAIN, "Tableau", (_LEFT, 2.05, _WIDTH, 4.1), (Style(14),), "tbl"),
        _NOTE,
    )),
}  # fmt: skip
"""The layouts by the names that slides use."""

FOOTER: Box = (_LEFT, 7.0, 10.8, 0.3)
NUMBER: Box = (11.72, 7.0, 1.0, 0.3)


def place(box: Box, tag: str = "a:xfrm") -> str:
    """Return a position and a size in EMU."""
    x, y, w, h = (round(value * EMU) for value in box)
    return f'<{tag}><a:off x="{x}" y="{y}"/><a:ext cx="{w}" cy="{h}"/></{tag}>'


def theme() -> str:
    """Return the theme: the palette and the font of the report."""
    colours = {
        "dk1": INK, "lt1": PAPER, "dk2": f"#{NAVY}", "lt2": "#eef2f6", "accent1": BLUE,
        "accent2": VERMILION, "accent3": "#078a5c", "accent4": "#bc8500", "accent5": "#6a1b54",
        "accent6": MUTED, "hlink": BLUE, "folHlink": "#6a1b54",
    }  # fmt: skip
    scheme = "".join(
        f'<a:{name}><a:srgbClr val="{value[1:].upper()}"/></a:{name}>'
        for name, value in colours.items()
    )
    latin = f'<a:latin typeface="{FONT}" panose="020B0503030403020204"/>'
    face = f'{latin}<a:ea typeface=""/><a:cs typeface=""/>'
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    line = "".join(f'<a:ln w="{width}">{fill}</a:ln>' for width in (6350, 12700, 19050))
    effect = "<a:effectStyle><a:effectLst/></a:effectStyle>" * 3
    return (
        f'{HEAD}<a:theme {SPACES.split(" xmlns:r")[0]} name="coeurville"><a:themeElements>'
        f'<a:clrScheme name="coeurville">{scheme}</a:clrScheme><a:fontScheme name="coeurville">'
        f"<a:majorFont>{face}</a:majorFont><a:minorFont>{face}</a:minorFont></a:fontScheme>"
        f'<a:fmtScheme name="coeurville"><a:fillStyleLst>{fill * 3}</a:fillStyleLst>'
        f"<a:lnStyleLst>{line}</a:lnStyleLst><a:effectStyleLst>{effect}</a:effectStyleLst>"
        f"<a:bgFillStyleLst>{fill * 3}</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>"
    )


def master() -> str:
    """Return the slide master: its band, its placeholders and its text styles."""
    shapes = [
        _band((0, 0, WIDE, 0.14), "tx2", 2),
        _shape(3, _TITLE, 'type="title"'),
        _shape(4, Holder(1, "Texte", (_LEFT, 2.05, _WIDTH, 4.1), _POINTS), 'type="body" idx="1"'),
        *_feet(5),
    ]
    links = "".join(
        f'<p:sldLayoutId id="{2147483649 + n}" r:id="rId{n + 1}"/>' for n in range(len(LAYOUTS))
    )
    plain = _level(1, Style(14))
    return (
        f'{HEAD}<p:sldMaster {SPACES}><p:cSld><p:bg><p:bgPr><a:solidFill><a:schemeClr val="bg1"/>'
        f"</a:solidFill><a:effectLst/></p:bgPr></p:bg><p:spTree>{GROUP}{''.join(shapes)}</p:spTree>"
        '</p:cSld><p:clrMap bg1="lt1" tx1="dk1" bg2="lt2" tx2="dk2" accent1="accent1" '
        'accent2="accent2" accent3="accent3" accent4="accent4" accent5="accent5" '
        f'accent6="accent6" hlink="hlink" folHlink="folHlink"/><p:sldLayoutIdLst>{links}'
        f"</p:sldLayoutIdLst><p:txStyles><p:titleStyle>{_level(1, _TITLE.levels[0])}</p:titleStyle>"
        f"<p:bodyStyle>{_levels(_POINTS)}</p:bodyStyle><p:otherStyle>{plain}</p:otherStyle>"
        "</p:txStyles></p:sldMaster>"
    )


def layout(made: Layout) -> str:
    """Return one layout."""
    shapes = [_shape(n, holder, mark(holder)) for n, holder in enumerate(made.holders, start=2)]
    back, hidden = "", ""
    if made.dark:
        back = (
            '<p:bg><p:bgPr><a:solidFill><a:schemeClr val="tx2"/></a:solidFill><a:effectLst/>'
            "</p:bgPr></p:bg>"
        )
        hidden = ' showMasterSp="0"'
        shapes.insert(0, _band((0.9, 1.55, 1.6, 0.06), "bg1", 40))
    else:
        shapes += _feet(len(made.holders) + 2)
    kind = f' type="{made.kind}"' if made.kind != "cust" else ' userDrawn="1"'
    return (
        f'{HEAD}<p:sldLayout {SPACES}{kind}{hidden} preserve="1"><p:cSld name="{made.name}">{back}'
        f"<p:spTree>{GROUP}{''.join(shapes)}</p:spTree></p:cSld>"
        "<p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:sldLayout>"
    )


def mark(holder: Holder) -> str:
    """Return the attributes by which a slide's shape names its placeholder."""
    if holder.kind in ("title", "ctrTitle"):
        return f'type="{holder.kind}"'
    return f'type="{holder.kind}" idx="{holder.idx}"'


def _shape(identifier: int, holder: Holder, marks: str) -> str:
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{identifier}" name="{holder.name}"/><p:cNvSpPr>'
        f'<a:spLocks noGrp="1"/></p:cNvSpPr><p:nvPr><p:ph {marks}/></p:nvPr></p:nvSpPr><p:spPr>'
        f'{place(holder.box)}<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr><p:txBody>'
        f'<a:bodyPr lIns="0" tIns="0" rIns="0" bIns="0" anchor="{holder.anchor}"><a:normAutofit/>'
        f"</a:bodyPr><a:lstStyle>{_levels(holder.levels)}</a:lstStyle><a:p><a:r>"
        f'<a:rPr lang="fr-FR"/><a:t>{holder.name}</a:t></a:r></a:p></p:txBody></p:sp>'
    )


def _feet(first: int) -> list[str]:
    """Return the placeholders of the footer and of the slide's number."""
    small = Style(11, "accent6")
    number = (
        '<a:p><a:pPr algn="r"/><a:fld id="{5B2C4C3E-6C0B-4B0E-9C57-2F1D4E1A7C10}" type="slidenum">'
        '<a:rPr lang="fr-FR"/><a:t>‹N°›</a:t></a:fld></a:p>'
    )
    parts = [
        ("ftr", "Pied de page", FOOTER, "<a:p/>", 90),
        ("sldNum", "Numéro", NUMBER, number, 91),
    ]
    return [
        f'<p:sp><p:nvSpPr><p:cNvPr id="{first + n}" name="{name}"/><p:cNvSpPr><a:spLocks '
        f'noGrp="1"/></p:cNvSpPr><p:nvPr><p:ph type="{kind}" sz="quarter" idx="{idx}"/></p:nvPr>'
        f'</p:nvSpPr><p:spPr>{place(box)}<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr>'
        '<p:txBody><a:bodyPr lIns="0" tIns="0" rIns="0" bIns="0" anchor="ctr"/><a:lstStyle>'
        f"{_level(1, small)}</a:lstStyle>{text}</p:txBody></p:sp>"
        for n, (kind, name, box, text, idx) in enumerate(parts)
    ]


def _band(box: Box, colour: str, identifier: int) -> str:
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{identifier}" name="Filet"/><p:cNvSpPr/><p:nvPr '
        f'userDrawn="1"/></p:nvSpPr><p:spPr>{place(box)}<a:prstGeom prst="rect"><a:avLst/>'
        f'</a:prstGeom><a:solidFill><a:schemeClr val="{colour}"/></a:solidFill><a:ln><a:noFill/>'
        "</a:ln></p:spPr><p:txBody><a:bodyPr/><a:lstStyle/><a:p/></p:txBody></p:sp>"
    )


def _levels(styles: Sequence[Style]) -> str:
    return "".join(_level(n, style) for n, style in enumerate(styles, start=1))


def _level(number: int, style: Style) -> str:
    margin = 'marL="228600" indent="-228600"' if style.bullet else 'marL="0" indent="0"'
    if number > 1 and style.points == _POINTS[1].points and not style.bold and style.before == 2:
        margin = 'marL="228600" indent="0"'
    bullet = '<a:buFont typeface="Arial"/><a:buChar char="•"/>' if style.bullet else "<a:buNone/>"
    return (
        f'<a:lvl{number}pPr {margin} algn="l"><a:lnSpc><a:spcPct val="95000"/></a:lnSpc>'
        f'<a:spcBef><a:spcPts val="{round(style.before * 100)}"/></a:spcBef>{bullet}'
        f'<a:defRPr sz="{round(style.points * 100)}" b="{int(style.bold)}"><a:solidFill>'
        f'<a:schemeClr val="{style.colour}"/></a:solidFill><a:latin typeface="+mn-lt"/></a:defRPr>'
        f"</a:lvl{number}pPr>"
    )


RULE_COLOUR = RULE[1:].upper()
