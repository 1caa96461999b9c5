"""The Word style sheet of a report, written from scratch for each city.

Pandoc takes styles, page layout, header and footer from a reference document. Ours is made of these
few parts, so that the header can name the city and warn of fictitious data, and so that the same
report always gives the same bytes.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

from analyses.reports.word_file import FONT
from analyses.wording import Language

INK, MUTED, NAVY, BLUE, WARM = "1D2733", "4F5B68", "12304F", "0B5C9E", "B34700"
_W = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_DATE = (1980, 1, 1, 0, 0, 0)

_TYPES = (
    f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    "{overrides}</Types>"
)
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def write(path: Path, *, header: str, footer: str, warning: str, language: Language) -> None:
    """Write the reference document.

    Parameters
    ----------
    path : Path
        File to write.
    header, footer : str
        Words at the top and bottom of each page.
    warning : str
        Warning on each page, or empty.
    language : str
        Language of the document's proofing.
    """
    parts = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relations(("rId1", "officeDocument", "word/document.xml")),
        "word/document.xml": _document(),
        "word/_rels/document.xml.rels": _relations(
            ("rId1", "styles", "styles.xml"),
            ("rId2", "settings", "settings.xml"),
            ("rId3", "header", "header1.xml"),
            ("rId4", "footer", "footer1.xml"),
            ("rId5", "fontTable", "fontTable.xml"),
        ),
        "word/styles.xml": styles(language),
        "word/settings.xml": (
            f'{_HEAD}<w:settings {_W}><w:zoom w:percent="100"/>'
            '<w:defaultTabStop w:val="708"/><w:themeFontLang w:val="fr-FR"/></w:settings>'
        ),
        "word/fontTable.xml": (
            f'{_HEAD}<w:fonts {_W}><w:font w:name="{FONT}"><w:altName w:val="Calibri"/>'
            '<w:panose1 w:val="020B0503030403020204"/><w:charset w:val="00"/>'
            '<w:family w:val="swiss"/><w:pitch w:val="variable"/></w:font></w:fonts>'
        ),
        "word/header1.xml": _header(header, warning),
        "word/footer1.xml": _footer(footer, warning),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _DATE), content, zipfile.ZIP_DEFLATED)


def styles(language: Language = "fr") -> str:
    """Return ``styles.xml``: every style that pandoc names, and ours."""
    lang = "fr-FR" if language == "fr" else "en-GB"
    defaults = (
        f'<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" '
        f'w:eastAsia="{FONT}" w:cs="{FONT}"/><w:color w:val="{INK}"/><w:sz w:val="21"/>'
        f'<w:szCs w:val="21"/><w:lang w:val="{lang}" w:eastAsia="{lang}" w:bidi="ar-SA"/>'
        "</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>"
        '<w:spacing w:after="110" w:line="245" w:lineRule="auto"/></w:pPr></w:pPrDefault>'
        "</w:docDefaults>"
    )
    return (
        f"{_HEAD}<w:styles {_W}>{defaults}{''.join(_paragraphs())}{''.join(_others())}</w:styles>"
    )


def _paragraphs() -> list[str]:
    small, strong = f'{_colour(MUTED)}<w:sz w:val="18"/>', f"<w:b/>{_colour(NAVY)}"
    gap = '<w:spacing w:before="{}" w:after="{}"/>'
    tight = '<w:spacing w:before="{}" w:after="0" w:line="225" w:lineRule="auto"/>'
    keep = "<w:keepNext/>"
    band = f'<w:pBdr><w:top w:val="single" w:sz="48" w:space="18" w:color="{NAVY}"/></w:pBdr>'
    made = [
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
        "<w:qFormat/></w:style>",
        _style("BodyText", "Body Text", "Normal"),
        _style("FirstParagraph", "First Paragraph", "BodyText"),
        _style("Compact", "Compact", "BodyText", gap.format(20, 20)),
        _style("TableSmall", "Table Small", "Compact", "", _size(15)),
        _style("TableDense", "Table Dense", "Compact", "", _size(11)),
        _style("Title", "Title", "Normal", keep + band + gap.format(1800, 160), strong + _size(64)),
        _style("Subtitle", "Subtitle", "Normal", gap.format(0, 360), _colour(MUTED) + _size(28)),
        _style("Author", "Author", "Normal", "", small),
        _style("Date", "Date", "Normal", "", small),
        _style("Abstract", "Abstract", "Normal"),
        _style("BlockText", "Block Text", "BodyText", '<w:ind w:left="480" w:right="480"/>'),
        _style("Bibliography", "Bibliography", "Normal"),
        _style("FootnoteText", "footnote text", "Normal", "", small),
        _style("DefinitionTerm", "Definition Term", "Normal", keep, "<w:b/>"),
        _style("Definition", "Definition", "Normal"),
        _style("Caption", "caption", "Normal", gap.format(200, 80), "<w:b/>" + _size(20)),
        _style("TableCaption", "Table Caption", "Caption", keep),
        _style("ImageCaption", "Image Caption", "Caption"),
        _style("Figure", "Figure", "Normal", keep),
        _style("CaptionedFigure", "Captioned Figure", "Figure"),
        _style("FigureTitle", "Figure Title", "Caption", keep + gap.format(280, 100)),
        _style("FigureNote", "Figure Note", "Normal", gap.format(60, 200), small),
        _style("KeyLabel", "Key Label", "Normal", gap.format(20, 20), _size(19)),
        _style("KeyValue", "Key Value", "Normal", gap.format(20, 20), strong + _size(20)),
        _style("KeyNote", "Key Note", "Normal", gap.format(20, 20), small),
        _style("Point", "Point", "Normal", tight.format(20), _size(19)),
        _style("Lead", "Lead", "BodyText", gap.format(0, 160), _colour(MUTED) + _size(24)),
        _style("CoverEdition", "Cover Edition", "Normal", gap.format(240, 60),
               strong + _size(26)),
        _style("CoverNote", "Cover Note", "Normal", gap.format(0, 360), _colour(MUTED)),
        _style("CoverLine", "Cover Line", "Normal", gap.format(0, 80)),
        _style("Header", "header", "Normal", _tabs(), small),
        _style("Footer", "footer", "Normal", _tabs(), small),
        _style("TOCHeading", "TOC Heading", "Normal",
               keep + "<w:pageBreakBefore/>" + gap.format(240, 120),
               strong + _size(32)),
        _style("TOC1", "toc 1", "Normal", _tabs() + tight.format(30), "<w:b/>" + _size(18)),
        _style("TOC2", "toc 2", "Normal", _tabs() + tight.format(0) + '<w:ind w:left="240"/>',
               _size(18)),
    ]  # fmt: skip
    return [*made, *_boxes(), *_headings()]


def _boxes() -> list[str]:
    edge = '<w:pBdr><w:left w:val="single" w:sz="24" w:space="8" w:color="{0}"/></w:pBdr>'
    wash = '<w:shd w:val="clear" w:color="auto" w:fill="{1}"/><w:ind w:left="170"/>'
    colours = {
        "Missing": ("6B7480", "F4F6F8"),
        "Reserve": (WARM, "FDF3EA"),
        "Published": (BLUE, "EEF5FB"),
    }
    boxes = []
    for name, pair in colours.items():
        form = (edge + wash).format(*pair)
        boxes.append(_style(name, name, "BodyText", form))
        boxes.append(_style(f"{name}Title", f"{name} Title", name, "<w:keepNext/>" + form))
    return boxes


def _headings() -> list[str]:
    made = []
    sizes = {1: (40, 240, 140), 2: (28, 240, 80), 3: (23, 240, 80), 4: (21, 200, 60)}
    for level, (size, before, after) in sizes.items():
        form = "<w:keepNext/><w:keepLines/>" + "<w:pageBreakBefore/>" * (level == 1)
        form += f'<w:spacing w:before="{before}" w:after="{after}"/>'
        form += f'<w:outlineLvl w:val="{level - 1}"/>'
        letters = f'<w:b/><w:color w:val="{NAVY}"/>' + _size(size)
        name = f"Heading{level}"
        made.append(_style(name, f"heading {level}", "Normal", form, letters, after="BodyText"))
    same_page = '<w:pageBreakBefore w:val="0"/><w:spacing w:before="480" w:after="140"/>'
    made.append(_style("JoinedTitle", "Joined Title", "Heading1", same_page, after="BodyText"))
    made.append(_style("JoinedText", "Joined Text", "BodyText", "<w:keepNext/>"))
    return made


def _others() -> list[str]:
    border = '<w:{0} w:val="single" w:sz="{1}" w:space="0" w:color="{2}"/>'
    return [
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
        '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/></w:style>',
        '<w:style w:type="character" w:styleId="Hyperlink"><w:name w:val="Hyperlink"/><w:rPr>'
        f'<w:color w:val="{BLUE}"/><w:u w:val="single"/></w:rPr></w:style>',
        '<w:style w:type="character" w:styleId="FootnoteReference">'
        '<w:name w:val="footnote reference"/><w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'
        "</w:style>",
        '<w:style w:type="character" w:styleId="VerbatimChar"><w:name w:val="Verbatim Char"/>'
        "</w:style>",
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal">'
        '<w:name w:val="Normal Table"/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar>'
        '<w:top w:w="0" w:type="dxa"/><w:left w:w="108" w:type="dxa"/>'
        '<w:bottom w:w="0" w:type="dxa"/><w:right w:w="108" w:type="dxa"/></w:tblCellMar>'
        "</w:tblPr></w:style>",
        '<w:style w:type="table" w:styleId="Table"><w:name w:val="Table"/>'
        '<w:basedOn w:val="TableNormal"/><w:pPr><w:spacing w:before="30" w:after="30" '
        'w:line="240" w:lineRule="auto"/></w:pPr><w:rPr><w:sz w:val="18"/></w:rPr><w:tblPr>'
        f"<w:tblBorders>{border.format('top', 4, 'C9D0D8')}{border.format('bottom', 8, INK)}"
        f"{border.format('insideH', 4, 'D5DBE2')}</w:tblBorders></w:tblPr>"
        '<w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr><w:tcPr><w:tcBorders>'
        f"{border.format('bottom', 12, INK)}</w:tcBorders>"
        '<w:vAlign w:val="bottom"/></w:tcPr></w:tblStylePr></w:style>',
    ]


def _style(
    identifier: str, name: str, base: str, form: str = "", run: str = "", after: str = ""
) -> str:
    following = f'<w:next w:val="{after}"/>' if after else ""
    properties = f"<w:pPr>{form}</w:pPr>" if form else ""
    letters = f"<w:rPr>{run}</w:rPr>" if run else ""
    return (
        f'<w:style w:type="paragraph" w:styleId="{identifier}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="{base}"/>{following}<w:qFormat/>{properties}{letters}</w:style>'
    )


def _size(half_points: int) -> str:
    return f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


def _colour(value: str) -> str:
    return f'<w:color w:val="{value}"/>'


def _tabs() -> str:
    return '<w:tabs><w:tab w:val="right" w:pos="9354"/></w:tabs>'


def _document() -> str:
    return (
        f"{_HEAD}<w:document {_W}><w:body><w:p/><w:sectPr>"
        '<w:headerReference w:type="default" r:id="rId3"/>'
        '<w:footerReference w:type="default" r:id="rId4"/>'
        '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1418" w:right="1276" w:bottom="1304" '
        'w:left="1276" w:header="680" w:footer="567" w:gutter="0"/></w:sectPr></w:body>'
        "</w:document>"
    )


def _header(words: str, warning: str) -> str:
    return f"{_HEAD}<w:hdr {_W}>{_line('Header', words, _warning(warning))}</w:hdr>"


def _footer(words: str, warning: str) -> str:
    page = "".join(
        f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' if kind else
        '<w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
        for kind in ("begin", "", "end")
    )  # fmt: skip
    both = f"{words} · {warning}" if warning else words
    return f"{_HEAD}<w:ftr {_W}>{_line('Footer', both, page)}</w:ftr>"


def _line(style: str, left: str, right: str) -> str:
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t xml:space="preserve">'
        f"{escape(left)}</w:t></w:r><w:r><w:tab/></w:r>{right}</w:p>"
    )


def _warning(words: str) -> str:
    if not words:
        return ""
    return (
        f'<w:r><w:rPr><w:b/><w:color w:val="{WARM}"/></w:rPr><w:t xml:space="preserve">'
        f"{escape(words)}</w:t></w:r>"
    )


def _content_types() -> str:
    kinds = {
        "document": "document.main", "styles": "styles", "settings": "settings",
        "fontTable": "fontTable", "header1": "header", "footer1": "footer",
    }  # fmt: skip
    overrides = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_MAIN}.{kind}+xml"/>'
        for name, kind in kinds.items()
    )
    return _TYPES.format(overrides=overrides)


def _relations(*relations: tuple[str, str, str]) -> str:
    lines = "".join(
        f'<Relationship Id="{name}" Type="{_RELATION}/{kind}" Target="{target}"/>'
        for name, kind, target in relations
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'{_HEAD}<Relationships xmlns="{space}">{lines}</Relationships>'
