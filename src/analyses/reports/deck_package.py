"""Slides written as an Office file: text escaped, pictures with their alternative, no clock."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from analyses.reports import deck_layouts as look
from analyses.reports import package
from analyses.wording import Language

_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_OFFICE = "application/vnd.openxmlformats-officedocument.presentationml"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TITLES = ((75, 0), (115, 24), (10_000, 20))
"""Points of a title by its number of letters; 0 keeps the layout's."""
CELL = 12
"""Points of a table's letters."""
LETTERS = 9.5
"""Letters of that size in an inch, in a wide font."""


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph: its text, its level from 0, its bold beginning and its points if not usual."""

    text: str
    level: int = 0
    lead: str = ""
    points: int = 0


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG with its alternative."""

    png: bytes
    alt: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: header, rows, and the width of each column as a share of the whole."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    alt: str


@dataclass(frozen=True, slots=True)
class Slide:
    """A slide: its layout, its title, and what its other placeholders hold by their numbers."""

    layout: str
    title: str
    words: Mapping[int, Sequence[Line]] = field(default_factory=dict)
    picture: Picture | None = None
    grid: Grid | None = None


@dataclass(frozen=True, slots=True)
class Deck:
    """Slides with what identifies them."""

    title: str
    language: Language
    day: date
    footer: str
    slides: tuple[Slide, ...]


def write(deck: Deck, path: Path) -> None:
    """Write a deck; the same deck always gives the same bytes.

    Parameters
    ----------
    deck : Deck
        What to write.
    path : Path
        File to write, ``.pptx``.
    """
    package.write(path, _parts(deck))


def _parts(deck: Deck) -> dict[str, bytes]:
    made: dict[str, str | bytes] = {
        "_rels/.rels": _relations([("officeDocument", "ppt/presentation.xml")])
        .replace("</Relationships>", '<Relationship Id="rId2" Type="http://schemas.openxmlformats.'
                 'org/package/2006/relationships/metadata/core-properties" '
                 'Target="docProps/core.xml"/></Relationships>'),
        "docProps/core.xml": _core(deck),
        "ppt/presentation.xml": _presentation(len(deck.slides)),
        "ppt/_rels/presentation.xml.rels": _relations([
            ("slideMaster", "slideMasters/slideMaster1.xml"),
            *(("slide", f"slides/slide{n}.xml") for n in range(1, len(deck.slides) + 1)),
            ("theme", "theme/theme1.xml"),
        ]),
        "ppt/theme/theme1.xml": look.theme(),
        "ppt/slideMasters/slideMaster1.xml": look.master(),
        "ppt/slideMasters/_rels/slideMaster1.xml.rels": _relations([
            *(("slideLayout", f"../slideLayouts/slideLayout{n}.xml")
              for n in range(1, len(look.LAYOUTS) + 1)),
            ("theme", "../theme/theme1.xml"),
        ]),
    }  # fmt: skip
    for n, layout in enumerate(look.LAYOUTS.values(), start=1):
        made[f"ppt/slideLayouts/slideLayout{n}.xml"] = look.layout(layout)
        made[f"ppt/slideLayouts/_rels/slideLayout{n}.xml.rels"] = _relations(
            [("slideMaster", "../slideMasters/slideMaster1.xml")]
        )
    for n, slide in enumerate(deck.slides, start=1):
        layout_number = list(look.LAYOUTS).index(slide.layout) + 1
        links = [("slideLayout", f"../slideLayouts/slideLayout{layout_number}.xml")]
        if slide.picture is not None:
            made[f"ppt/media/image{n}.png"] = slide.picture.png
            links.append(("image", f"../media/image{n}.png"))
        made[f"ppt/slides/slide{n}.xml"] = _slide(slide, deck)
        made[f"ppt/slides/_rels/slide{n}.xml.rels"] = _relations(links)
    every = {"[Content_Types].xml": _types(made), **made}
    return {
        name: content.encode("utf-8") if isinstance(content, str) else content
        for name, content in every.items()
    }


def _slide(slide: Slide, deck: Deck) -> str:
    layout = look.LAYOUTS[slide.layout]
    shapes = [_text(2, layout.holder(0), [_titled(slide.title)], deck)]
    for holder in layout.holders:
        identifier = len(shapes) + 2
        if slide.picture is not None and holder.kind == "pic":
            shapes.append(_picture(identifier, holder, slide.picture, wide=_wide(slide, layout)))
        elif slide.grid is not None and holder.kind == "tbl":
            shapes.append(_table(identifier, holder, slide.grid, deck))
        elif lines := slide.words.get(holder.idx):
            shapes.append(_text(identifier, holder, lines, deck))
    if not layout.dark:
        shapes += _feet(len(shapes) + 2, deck)
    return (
        f"{look.HEAD}<p:sld {look.SPACES}><p:cSld><p:spTree>{look.GROUP}{''.join(shapes)}"
        "</p:spTree></p:cSld><p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:sld>"
    )


def _titled(text: str) -> Line:
    points = next(points for most, points in _TITLES if len(text) <= most)
    return Line(text, points=points)


def _wide(slide: Slide, layout: look.Layout) -> bool:
    """Whether the picture may take the place of a card that the slide does not have."""
    return any(item.idx == look.CARD for item in layout.holders) and look.CARD not in slide.words


def _text(identifier: int, holder: look.Holder, lines: Sequence[Line], deck: Deck) -> str:
    body = "".join(_paragraph(line, deck) for line in lines)
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{identifier}" name={quoteattr(holder.name)}/><p:cNvSpPr>'
        f'<a:spLocks noGrp="1"/></p:cNvSpPr><p:nvPr><p:ph {look.mark(holder)}/></p:nvPr>'
        f"</p:nvSpPr><p:spPr/><p:txBody><a:bodyPr><a:normAutofit/></a:bodyPr><a:lstStyle/>{body}"
        "</p:txBody></p:sp>"
    )


def _paragraph(line: Line, deck: Deck) -> str:
    level = f'<a:pPr lvl="{line.level}"/>' if line.level else ""
    lead = _run(line.lead, deck, line.points, bold=True) if line.lead else ""
    return f"<a:p>{level}{lead}{_run(line.text, deck, line.points)}</a:p>"


def _run(text: str, deck: Deck, points: int = 0, *, bold: bool = False, face: bool = False) -> str:
    """Return a run; ``face`` names colour and font where LibreOffice does not inherit them."""
    tag = "fr-FR" if deck.language == "fr" else "en-GB"
    own = ""
    if face:
        own = '<a:solidFill><a:schemeClr val="accent6"/></a:solidFill><a:latin typeface="+mn-lt"/>'
    more = (f' sz="{points * 100}"' if points else "") + (' b="1"' if bold else "")
    return (
        f'<a:r><a:rPr lang="{tag}"{more} dirty="0">{own}</a:rPr><a:t>{_escaped(text)}</a:t></a:r>'
    )


def _escaped(text: str) -> str:
    """Return a text as XML that shows every letter as it is; line ends become spaces."""
    return escape(_NOT_XML.sub("\ufffd", " ".join(text.splitlines())))


def _picture(identifier: int, holder: look.Holder, picture: Picture, *, wide: bool) -> str:
    """Return a picture in its placeholder, as large as its box holds without distortion."""
    x, y, width, height = holder.box
    if wide:
        width = look.WIDE - 2 * x
    pixels = size(picture.png)
    scale = min(width / pixels[0], height / pixels[1])
    box = (x, y, pixels[0] * scale, pixels[1] * scale)
    alt = quoteattr(_NOT_XML.sub("\ufffd", picture.alt))
    return (
        f'<p:pic><p:nvPicPr><p:cNvPr id="{identifier}" name={quoteattr(holder.name)} descr={alt}/>'
        f'<p:cNvPicPr><a:picLocks noGrp="1" noChangeAspect="1"/></p:cNvPicPr><p:nvPr>'
        f'<p:ph {look.mark(holder)}/></p:nvPr></p:nvPicPr><p:blipFill><a:blip r:embed="rId2"/>'
        f"<a:stretch><a:fillRect/></a:stretch></p:blipFill><p:spPr>{look.place(box)}</p:spPr>"
        "</p:pic>"
    )


def size(png: bytes) -> tuple[int, int]:
    """Return the width and height of a PNG in pixels."""
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def _table(identifier: int, holder: look.Holder, grid: Grid, deck: Deck) -> str:
    whole = holder.box[2] * look.EMU
    columns = "".join(
        f'<a:gridCol w="{round(whole * share / sum(grid.widths))}"/>' for share in grid.widths
    )
    rows = [_row(grid.header, deck, bold=True), *(_row(row, deck) for row in grid.rows)]
    box = (*holder.box[:3], 0.42 * len(rows))
    alt = quoteattr(_NOT_XML.sub("\ufffd", grid.alt))
    return (
        f'<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="{identifier}" '
        f"name={quoteattr(holder.name)} descr={alt}/><p:cNvGraphicFramePr><a:graphicFrameLocks "
        f'noGrp="1"/></p:cNvGraphicFramePr><p:nvPr><p:ph {look.mark(holder)}/></p:nvPr>'
        f"</p:nvGraphicFramePr>{look.place(box, 'p:xfrm')}<a:graphic><a:graphicData "
        'uri="http://schemas.openxmlformats.org/drawingml/2006/table"><a:tbl>'
        f'<a:tblPr firstRow="1"/><a:tblGrid>{columns}</a:tblGrid>{"".join(rows)}</a:tbl>'
        "</a:graphicData></a:graphic></p:graphicFrame>"
    )


def fitting(
    rows: Sequence[tuple[str, ...]], widths: Sequence[float], room: float = 3.7
) -> tuple[tuple[str, ...], ...]:
    """Return the first rows that a height of ``room`` inches holds, in columns of these widths."""
    kept: list[tuple[str, ...]] = []
    for row in rows:
        lines = max(
            -(-len(cell) // int(LETTERS * width)) for cell, width in zip(row, widths, strict=True)
        )
        room -= 0.2 * max(lines, 1) + 0.15
        if room < 0:
            break
        kept.append(row)
    return tuple(kept)


def _row(cells: Sequence[str], deck: Deck, *, bold: bool = False) -> str:
    none = "".join(f'<a:{side} w="0"><a:noFill/></a:{side}>' for side in ("lnL", "lnR", "lnT"))
    colour = '<a:schemeClr val="tx2"/>' if bold else f'<a:srgbClr val="{look.RULE_COLOUR}"/>'
    under = f'<a:lnB w="{19050 if bold else 9525}"><a:solidFill>{colour}</a:solidFill></a:lnB>'
    made = "".join(
        f"<a:tc><a:txBody><a:bodyPr/><a:lstStyle/><a:p>{_run(cell, deck, CELL, bold=bold)}</a:p>"
        f'</a:txBody><a:tcPr marL="45720" marR="137160" marT="64008" marB="64008">{none}{under}'
        "<a:noFill/></a:tcPr></a:tc>"
        for cell in cells
    )
    return f'<a:tr h="{round(0.42 * look.EMU)}">{made}</a:tr>'


def _feet(first: int, deck: Deck) -> list[str]:
    tag = "fr-FR" if deck.language == "fr" else "en-GB"
    number = (
        '<a:p><a:pPr algn="r"/><a:fld id="{5B2C4C3E-6C0B-4B0E-9C57-2F1D4E1A7C10}" type="slidenum">'
        f'<a:rPr lang="{tag}"/><a:t>‹N°›</a:t></a:fld></a:p>'
    )
    said = f'<a:p><a:pPr algn="l"/>{_run(deck.footer, deck, 11, face=True)}</a:p>'
    parts = [("ftr", "Pied de page", said, 90),
             ("sldNum", "Numéro", number, 91)]  # fmt: skip
    return [
        f'<p:sp><p:nvSpPr><p:cNvPr id="{first + n}" name="{name}"/><p:cNvSpPr><a:spLocks '
        f'noGrp="1"/></p:cNvSpPr><p:nvPr><p:ph type="{kind}" sz="quarter" idx="{idx}"/></p:nvPr>'
        f"</p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:lstStyle/>{text}</p:txBody></p:sp>"
        for n, (kind, name, text, idx) in enumerate(parts)
    ]


def _presentation(slides: int) -> str:
    listed = "".join(f'<p:sldId id="{256 + n}" r:id="rId{n + 2}"/>' for n in range(slides))
    wide, high = 12_192_000, 6_858_000
    return (
        f"{look.HEAD}<p:presentation {look.SPACES}><p:sldMasterIdLst><p:sldMasterId "
        f'id="2147483648" r:id="rId1"/></p:sldMasterIdLst><p:sldIdLst>{listed}</p:sldIdLst>'
        f'<p:sldSz cx="{wide}" cy="{high}"/><p:notesSz cx="{high}" cy="9144000"/></p:presentation>'
    )


def _core(deck: Deck) -> str:
    tag = "fr-FR" if deck.language == "fr" else "en-GB"
    stamp = f"{deck.day.isoformat()}T00:00:00Z"
    dated = "".join(
        f'<dcterms:{name} xsi:type="dcterms:W3CDTF">{stamp}</dcterms:{name}>'
        for name in ("created", "modified")
    )
    return (
        f'{look.HEAD}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/'
        'metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{_escaped(deck.title)}</dc:title><dc:creator>coeurville</dc:creator>"
        f"<dc:language>{tag}</dc:language>{dated}</cp:coreProperties>"
    )


def _types(parts: Mapping[str, str | bytes]) -> str:
    kinds = {"presentation": "presentation.main", "slideMaster": "slideMaster",
             "slideLayout": "slideLayout", "slide": "slide"}  # fmt: skip
    lines = []
    for name in parts:
        kind = re.sub(r"\d+\.xml$|\.xml$", "", name.rsplit("/", 1)[-1])
        if name.startswith("ppt/") and kind in kinds:
            lines.append((name, f"{_OFFICE}.{kinds[kind]}+xml"))
    lines += [
        ("ppt/theme/theme1.xml", "application/vnd.openxmlformats-officedocument.theme+xml"),
        ("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
    ]
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in lines
    )
    return (
        f'{look.HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Default Extension="png" ContentType="image/png"/>{overrides}</Types>'
    )


def _relations(links: Sequence[tuple[str, str]]) -> str:
    lines = "".join(
        f'<Relationship Id="rId{n}" Type="{_KIND}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(links, start=1)
    )
    return f'{look.HEAD}<Relationships xmlns="{_RELATIONS}">{lines}</Relationships>'
