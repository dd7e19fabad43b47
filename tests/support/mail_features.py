"""What a mail's HTML asks of the programs that show it, in the terms of caniemail.com.

Each element, attribute, style and rule becomes a :class:`Use` of a feature of the catalogue. What the
catalogue has no entry for is named by itself (``<br>``, ``[bgcolor]``, ``color``, ``meta viewport``), so that
nothing passes unnamed.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Final, Self

WORD: Final = frozenset({"outlook.windows", "outlook.windows-mail"})
"""The programs that show mails by Word and obey conditional comments."""

_WORD_READS, _WORD_SKIPS, _AGAIN_ALL = "[if mso]>", "[if !mso]><!", "<![endif]"
_TABLES: Final = frozenset({"table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"})
_LISTS: Final = frozenset({"ul", "ol", "li", "dl", "dt", "dd"})
_SEMANTICS: Final = frozenset(
    {"article", "aside", "details", "figcaption", "figure", "footer", "header"}
    | {"main", "mark", "nav", "section", "summary", "time"}
)
_SIDE: Final = re.compile(r"(border|margin|padding)-(?:top|right|bottom|left)(?:-color|-style|-width)?")
_FUNCTIONS: Final = {"calc": "css-unit-calc", "var": "css-variables", "rgb": "css-rgb", "rgba": "css-rgba"}
_COMBINATORS: Final = {
    r"\.[a-z]": "css-selector-class",
    r"#[a-z]": "css-selector-id",
    r",": "css-selector-grouping",
    r"[^\s,>+~] +[^\s,>+~{]": "css-selector-descendant",
    r">": "css-selector-child",
    r"\+": "css-selector-adjacent-sibling",
    r"~": "css-selector-general-sibling",
    r"\[": "css-selector-attribute",
    r"\*": "css-selector-universal",
    r"(?:^|[\s,>+~])[a-z]": "css-selector-type",
}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Published support data: for each feature and program ``y``, ``a`` (in part), ``n`` or ``u`` (unknown).

    ``attributes`` are the attributes that are features of their own.
    """

    programs: tuple[str, ...]
    support: Mapping[str, Mapping[str, str]]
    attributes: Mapping[str, str]

    @classmethod
    def read(cls, path: Path) -> Self:
        """The catalogue of a file as ``tests/compose/data/SOURCES.md`` describes it."""
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        programs = tuple(rows[0])[3:]
        return cls(
            programs,
            {row["feature"]: {each: row[each][:1] or "u" for each in programs} for row in rows},
            {
                row["title"].removesuffix(" attribute"): row["feature"]
                for row in rows
                if row["title"].endswith(" attribute")
            },
        )

    def named(self, *candidates: str, otherwise: str) -> str:
        """The first candidate that is a feature, else a name that stands for itself."""
        return next((each for each in candidates if each in self.support), otherwise)


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a feature: in which element, with what value, and which of the programs come upon it."""

    feature: str
    tag: str
    value: str
    attributes: Mapping[str, str | None]
    programs: frozenset[str]
    within_style: bool = False

    @property
    def styles(self) -> dict[str, str]:
        """The element's own styles."""
        return dict(declarations(self.attributes.get("style") or ""))


def uses(html: str, catalogue: Catalogue) -> list[Use]:
    """All that a mail's HTML asks for, in order."""
    reader = _Reader(catalogue, frozenset(catalogue.programs))
    reader.feed(html)
    reader.close()
    return reader.found


def declarations(css: str) -> Iterator[tuple[str, str]]:
    """Properties and their values."""
    for each in css.split(";"):
        name, colon, value = each.partition(":")
        if colon:
            yield name.strip().lower(), value.strip()


def rules(css: str) -> Iterator[tuple[str, str]]:
    """The rules of a style sheet: what stands before the outermost braces, and what in them."""
    depth, start, head = 0, 0, ""
    for position, sign in enumerate(css):
        if sign == ";" and depth == 0:
            yield css[start:position].strip(), ""
            start = position + 1
        elif sign == "{":
            if depth == 0:
                head, start = css[start:position].strip(), position + 1
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth == 0:
                yield head, css[start:position]
                start = position + 1


@dataclass
class _Reader(HTMLParser):
    catalogue: Catalogue
    programs: frozenset[str]
    found: list[Use] = field(default_factory=list)
    tag: str = ""
    attributes: Mapping[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()

    def _note(self, feature: str, value: str = "", *, within_style: bool = False) -> None:
        self.found.append(Use(feature, self.tag, value, self.attributes, self.programs, within_style))

    def handle_decl(self, decl: str) -> None:
        self.tag, self.attributes = "", {}
        self._note("html-doctype", decl)

    def handle_comment(self, data: str) -> None:
        self.tag, self.attributes = "", {}
        self._note("html-comments", data)
        everybody = frozenset(self.catalogue.programs)
        if data.startswith(_WORD_READS):
            inner = _Reader(self.catalogue, WORD)
            inner.feed(data.removeprefix(_WORD_READS).removesuffix(_AGAIN_ALL))
            self.found += inner.found
        elif data == _WORD_SKIPS:
            self.programs = everybody - WORD
        elif data == _AGAIN_ALL:
            self.programs = everybody

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tag, self.attributes = tag, dict(attrs)
        self._note(self._element(tag))
        for name, value in attrs:
            self._attribute(name, value or "")

    def _element(self, tag: str) -> str:
        family = (
            "html-h1-h6" if re.fullmatch("h[1-6]", tag)
            else "html-table" if tag in _TABLES
            else "html-lists" if tag in _LISTS
            else "html-semantics" if tag in _SEMANTICS
            else f"html-{tag}"
        )  # fmt: skip
        return self.catalogue.named(family, otherwise=f"<{tag}>")

    def _attribute(self, name: str, value: str) -> None:
        if name == "style":
            for each, how in declarations(value):
                self._declaration(each, how)
        elif name == "href":
            scheme = value.partition(":")[0]
            special = "html-anchor-links" if value.startswith("#") else f"html-{scheme}-links"
            self._note(self.catalogue.named(special, otherwise=f"href {scheme}"), value)
        elif name == "src":
            scheme = value.partition(":")[0]
            self._note({"cid": "image-png", "data": "image-base64"}.get(scheme, f"src {scheme}"), value)
        elif (self.tag, name) == ("meta", "name"):
            self._note(self.catalogue.named(f"html-meta-{value}", otherwise=f"meta {value}"), value)
        else:
            self._note(self.catalogue.attributes.get(name, f"[{name}]"), value)

    def _declaration(self, name: str, value: str, *, within_style: bool = False) -> None:
        side = _SIDE.fullmatch(name)
        feature = self.catalogue.named(f"css-{name}", f"css-{side[1]}" if side else "", otherwise=name)
        self._note("css-left-right-top-bottom" if name in {"left", "right", "top", "bottom"} else feature,
                   f"{name}: {value}", within_style=within_style)  # fmt: skip
        for each in self._in_value(name, value):
            self._note(each, f"{name}: {value}", within_style=within_style)

    def _in_value(self, name: str, value: str) -> Iterator[str]:
        for function in re.findall(r"([a-z-]+)\(", value):
            named = self.catalogue.named
            yield _FUNCTIONS.get(function) or named(
                f"css-function-{function}", f"css-{function}", otherwise=f"{function}()"
            )
        for unit in re.findall(r"(?<![\w#.-])[\d.]+([a-z]+|%)", value):
            yield "css-unit-percent" if unit == "%" else f"css-unit-{unit}"
        for keyword in re.findall(r"[a-z-]+", value):
            if f"css-{name}-{keyword}" in self.catalogue.support:
                yield f"css-{name}-{keyword}"
        if "!" in value:
            yield "css-important"

    def handle_data(self, data: str) -> None:
        if self.tag == "style":
            if "/*" in data:
                self._note("css-comments", within_style=True)
            self._sheet(re.sub(r"/\*.*?\*/", "", data, flags=re.DOTALL))

    def handle_endtag(self, tag: str) -> None:
        if tag == "style":
            self.tag = ""

    def _sheet(self, css: str) -> None:
        for head, body in rules(css):
            if head.startswith("@"):
                rule = head[1:].split()[0]
                self._note(
                    self.catalogue.named(f"css-at-{rule}", otherwise=f"@{rule}"), head, within_style=True
                )
                for asked in re.findall(r"\(\s*([a-z-]+)", head):
                    feature = self.catalogue.named(f"css-at-{rule}-{asked}", otherwise=f"@{rule} {asked}")
                    self._note(feature, head, within_style=True)
                self._sheet(body)
            else:
                for feature in self._in_selector(head.lower()):
                    self._note(feature, head, within_style=True)
                for name, value in declarations(body):
                    self._declaration(name, value, within_style=True)

    def _in_selector(self, selector: str) -> Iterator[str]:
        for sign, feature in _COMBINATORS.items():
            if re.search(sign, selector):
                yield feature
        for colons, name in re.findall(r"(::?)([a-z-]+)", selector):
            kind = "element" if colons == "::" else "class"
            yield self.catalogue.named(f"css-pseudo-{kind}-{name}", otherwise=f"{colons}{name}")
