"""Gmail, Outlook and Apple Mail show limen's mails, and what one of them leaves out nobody misses.

What they show is not our opinion: it stands in ``data/mail_program_support.csv``, an extract of
caniemail.com. Each sample mail is taken apart; a feature that a program does not show, or that nobody has
looked up, fails here, unless it stands in one of three short tables with a reason, and the reason is tested
too.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from monitor.compose.samples import SAMPLES
from tests.compose.conftest import Composing
from tests.compose.test_mail_in_browser import COLOURS, as_hex, shown_html
from tests.compose.test_palette import contrast
from tests.support.mail_features import Catalogue, Use, declarations, rules, uses

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CATALOGUE: Final = Catalogue.read(Path(__file__).parent / "data" / "mail_program_support.csv")
CELLS: Final = frozenset({"td", "th"})
DARK: Final = "@media (prefers-color-scheme: dark)"

# What caniemail.com has no entry for, and why it may be used all the same.
HTML_32 = "HTML 3.2 (1997), which every program that shows HTML reads, Word too"
CSS_1 = (
    "CSS 1 (1996), of what Gmail and Word say they support (“CSS support”, Google; “Word 2007 HTML and CSS \
Rendering Capabilities in Outlook 2007”, Microsoft)"
)
UNSHOWN = "in the head: asks for something where it is known, and shows nothing"
FOR_WORD = "Microsoft's own, for Word alone"
UNLISTED: Final = {
    **dict.fromkeys(("<html>", "<head>", "<title>", "<meta>", "<br>", "<a>"), HTML_32),
    **dict.fromkeys(("[bgcolor]", "[border]", "[colspan]", "[alt]", "href https"), HTML_32),
    **dict.fromkeys(("color", "font-family"), CSS_1),
    **dict.fromkeys(("[charset]", "[content]"), UNSHOWN),
    **dict.fromkeys(("meta viewport", "meta supported-color-schemes", "meta format-detection"), UNSHOWN),
    **dict.fromkeys(("mso-hide", "mso-line-height-rule"), FOR_WORD),
    **dict.fromkeys(("<xml>", "<o:officedocumentsettings>", "<o:pixelsperinch>", "[xmlns:o]"), FOR_WORD),
    "[class]": "only dark colours hang on it",
    "[scope]": "says to screen readers what a heading cell is of; shows nothing",
    "[data-css-inline]": "a note to limen's own inliner",
    ":root": "within the dark style only",
    "supported-color-schemes": "what color-scheme was called in Apple Mail of 2019",
}


@dataclass(frozen=True, slots=True)
class Concession:
    """A feature that is used, as long as ``holds``, though ``programs`` (None: any) leave it out."""

    reason: str
    holds: Callable[[Use], bool]
    programs: frozenset[str] | None = None


def _class(use: Use) -> str:
    return use.attributes.get("class") or ""


def _sizes(use: Use) -> list[float]:
    """The lengths of a value, in pixels."""
    return [float(number) for number in re.findall(r"(?<![\w#.])([\d.]+)(?:px)?(?![\w%])", use.value)]


def _in_pixels(use: Use) -> bool:
    return re.fullmatch(r"[a-z-]+: (?:0|\d+px)", use.value) is not None


def _is_a_picture_of_fixed_size(use: Use) -> bool:
    return use.tag == "img" and all(
        (use.attributes.get(name) or "").isdigit() for name in ("width", "height")
    )


def _is_as_high_as_its_line(use: Use) -> bool:
    return use.styles.get("height") == use.styles.get("line-height")


RETIRED: Final = frozenset({"outlook.windows-mail"})
"""Windows Mail can neither send nor receive since 31 December 2024."""

LIGHT = Concession(
    "without it the mail is light", lambda use: use.within_style or use.tag in {"style", "meta", "html"}
)
SPOKEN = Concession("what it says, or hides, the mail says anyway", lambda _: True, RETIRED)
NOT_SHOWN: Final = {
    **dict.fromkeys(
        ("html-style", "html-meta-color-scheme", "css-color-scheme", "css-at-media",
         "css-at-media-prefers-color-scheme", "css-selector-class", "css-selector-type",
         "css-selector-grouping"), LIGHT,
    ),
    **dict.fromkeys(("html-role", "html-aria-label", "html-aria-hidden"), SPOKEN),
    "html-body": Concession(
        "the outer table has all its styles", lambda _: True, frozenset({"outlook.macos"})
    ),
    "html-doctype": Concession(
        "nothing is laid out otherwise without it", lambda _: True, frozenset({"outlook.windows"})
    ),
    "css-word-break": Concession(
        "only lines of a program's, which break at their spaces too", lambda use: _class(use) == "quoted",
        RETIRED,
    ),
}  # fmt: skip

# What some programs show in part: that part is all we use. The notes are quoted from caniemail.com.
IN_PART: Final[dict[str, Callable[[Use], bool]]] = {
    # Height based and nested media queries are not supported.
    "css-at-media": lambda use: use.value == DARK,
    # Word: not bigger than 8px; unreliable if used on a `<p>` or a `<div>`.
    "css-border": lambda use: use.within_style or (use.tag in CELLS | {"img"} and max(_sizes(use)) <= 8),
    # Word: only `display:none`. A picture that is no block has a gap below it.
    "css-display": lambda use: (use.tag, use.value) == ("img", "display: block"),
    # Word: `rem`, relative and percentage values are not supported.
    "css-font-size": _in_pixels,
    # Word: numbers are normal or bold.
    "css-font-weight": lambda use: use.value.endswith((" bold", " normal")),
    # Word: not supported on `<body>`, `<span>`, `<div>` or `<p>` elements.
    "css-height": lambda use: (
        use.tag in CELLS or _is_a_picture_of_fixed_size(use) or _is_as_high_as_its_line(use)
    ),
    # Only in lower case, with a space before, and not in elements.
    "css-important": lambda use: use.within_style and use.value.endswith(" !important"),
    # Word: `em` and `px` units behave weirdly. Use `mso-line-height-rule:exactly`: what is but a space does.
    "css-line-height": lambda use: (
        _in_pixels(use)
        and (use.tag == "img" or "mso-line-height-rule" in use.styles or "height" not in use.styles)
    ),
    # Negative values are not supported; Word: nor `auto`, nor `<span>` and `<body>` elements.
    "css-margin": lambda use: (
        use.tag != "span" and "-" not in use.value and (use.tag != "body" or max(_sizes(use)) == 0)
    ),
    # Word: only on `<table>` elements, of which those have a table of fixed width around them there.
    "css-max-width": lambda use: use.tag == "table" or _is_a_picture_of_fixed_size(use),
    # Word: only on table cells.
    "css-padding": lambda use: use.tag in CELLS or max(_sizes(use)) == 0,
    # Not with non Google accounts.
    **dict.fromkeys(
        ("css-selector-class", "css-selector-grouping", "css-selector-type"), lambda use: use.within_style
    ),
    # `start` and `end` are not supported.
    "css-text-align": lambda use: use.value.endswith((" left", " center")),
    # Word: neither several values nor `overline`. Where it is left out, words say the same ("You were told").
    "css-text-decoration": lambda use: use.value.endswith((" none", " underline", " line-through")),
    # Word: not supported on `<body>`, `<span>`, `<div>`, `<p>` or `<img>` elements.
    "css-width": lambda use: use.tag in CELLS | {"table"} or _is_a_picture_of_fixed_size(use),
    # Looks like `break-all`.
    "css-word-break": lambda use: _class(use) == "quoted",
    # Outlook on macOS: `left` and `right` do not work on `<table>` elements.
    "html-align": lambda use: use.tag != "table" or use.value == "center",
    # Replaced by a `<div>`.
    "html-body": lambda _: True,
    # Word: buggy on links. Gmail in a phone's browser turns the whole mail, marked or not.
    "html-dir": lambda use: use.tag == "span",
    # Word: percentages on `<img>` elements are of the file's width.
    **dict.fromkeys(("html-width", "html-height"), lambda use: use.tag != "img" or use.value.isdigit()),
    # Not inside the `<body>`.
    "html-style": lambda _: True,
}  # fmt: skip


def faults(html: str) -> Iterator[str]:
    """What some program would not show as it is meant: the feature, where, and by which programs."""
    for use in uses(html, CATALOGUE):
        support = CATALOGUE.support.get(use.feature)
        if support is None:
            if use.feature not in UNLISTED:
                yield f"{use.feature}: look it up, it is in no table"
            continue
        conceded, in_part = NOT_SHOWN.get(use.feature), IN_PART.get(use.feature)
        for program in sorted(use.programs):
            if support[program] == "a":
                fine = in_part is not None and in_part(use)
            elif support[program] == "y":
                fine = True
            else:
                fine = (
                    conceded is not None
                    and (conceded.programs is None or program in conceded.programs)
                    and conceded.holds(use)
                )
            if not fine:
                yield f"{use.feature}: {support[program]} in {program}, of <{use.tag}> {use.value}"


@pytest.fixture(params=SAMPLES)
def html(request: pytest.FixtureRequest, mail: Composing) -> str:
    """A sample mail."""
    return _sample(request.param, mail)


def _sample(name: str, mail: Composing) -> str:
    found = mail(whole=SAMPLES[name].notification).html
    assert found is not None
    return found


def test_gmail_outlook_and_apple_mail_show_the_mail(html: str) -> None:
    assert list(faults(html)) == []


@pytest.mark.parametrize(
    ("written", "feature"),
    [
        ('<div style="display: flex">x</div>', "css-display-flex"),
        ('<div style="display: none">x</div>', "css-display-none"),
        ('<div style="position: absolute; top: 0">x</div>', "css-position"),
        ('<td style="background-image: url(cid:a)">x</td>', "css-background-image"),
        ('<p style="overflow: hidden; max-height: 0">x</p>', "css-max-height"),
        ('<p style="width: calc(100% - 8px)">x</p>', "css-unit-calc"),
        ('<p style="padding: 8px">x</p>', "css-padding"),
        ('<p style="border-top: 1px solid #000000">x</p>', "css-border"),
        ('<p style="font-size: 1.2rem">x</p>', "css-font-size"),
        ('<div style="height: 4px">x</div>', "css-height"),
        ('<p style="word-break: break-word">x</p>', "css-word-break"),
        ('<p style="zoom: 2">x</p>', "zoom"),
        ('<video src="cid:a"></video>', "html-video"),
        ("<svg></svg>", "html-svg"),
        ("<form></form>", "html-form"),
        ("<section>x</section>", "html-semantics"),
        ("<iframe></iframe>", "<iframe>"),
        ("<script>x</script>", "<script>"),
        ('<p onclick="x">x</p>', "[onclick]"),
        ('<img src="https://limen.example/a.png" alt="">', "src https"),
        ("<style>.a:hover { color: red; }</style>", "css-pseudo-class-hover"),
        ("<style>@import url(a.css);</style>", "css-at-import"),
        ("<!--[if mso]><p style='opacity: 0'>x</p><![endif]-->", "css-opacity"),
    ],
)
def test_what_some_program_does_not_show_would_be_found(written: str, feature: str, mail: Composing) -> None:
    html = _sample("alert", mail)

    found = list(faults(html.replace("</body>", f"{written}</body>")))

    assert feature in {each.partition(": ")[0] for each in found}


def test_what_word_does_not_come_upon_is_not_asked_of_it(mail: Composing) -> None:
    html = _sample("alert", mail)
    open_to_all = html.replace("<!--[if !mso]><!-->", "").replace("<!--<![endif]-->", "")

    of_word = [use.feature for use in uses(html, CATALOGUE) if "outlook.windows" in use.programs]
    assert open_to_all != html
    assert "css-at-media" not in of_word
    assert "css-at-media" in {use.feature for use in uses(open_to_all, CATALOGUE)}


def test_the_tables_of_exceptions_hold_nothing_that_is_not_used(mail: Composing) -> None:
    asked = [use for name in SAMPLES for use in uses(_sample(name, mail), CATALOGUE)]
    used = {use.feature for use in asked}
    support = {
        (use.feature, CATALOGUE.support[use.feature][program])
        for use in asked if use.feature in CATALOGUE.support
        for program in use.programs
    }  # fmt: skip

    assert set(UNLISTED) - used == set()
    assert set(UNLISTED) & set(CATALOGUE.support) == set()
    assert set(NOT_SHOWN) == {feature for feature, shown in support if shown in "nu"}
    assert set(IN_PART) == {feature for feature, shown in support if shown == "a"}


def test_the_style_in_the_head_holds_dark_colours_and_nothing_else(html: str) -> None:
    """And each element has the light colour itself that the dark one takes the place of."""
    (style,) = re.findall(r"<style[^>]*>(.*?)</style>", html.partition("</head>")[0], re.DOTALL)
    assert "<style" not in html.partition("</head>")[2]
    (root, root_body), (dark, dark_body) = rules(style)
    assert (root, dark) == (":root", DARK)
    assert {name for name, _ in declarations(root_body)} == {"color-scheme", "supported-color-schemes"}

    wanted: dict[str, set[str]] = {}
    for selector, body in rules(dark_body):
        for name, value in declarations(body):
            assert re.fullmatch(r"#[0-9a-f]{6} !important", value), (selector, value)
            for each in selector.split(","):
                wanted.setdefault(each.strip().removeprefix("."), set()).add(name.removesuffix("-top-color"))
    assert set().union(*wanted.values()) == {"color", "background-color", "border"}
    for use in uses(html, CATALOGUE):
        own = {name.removesuffix("-top") for name in use.styles}
        for name in _class(use).split() if use.feature == "[class]" else ():
            assert wanted.get(name, set()) <= own, (name, use.tag)


def test_all_that_the_body_is_styled_with_the_outer_table_is_too(html: str) -> None:
    found = uses(html, CATALOGUE)
    body = next(use for use in found if use.tag == "body")
    table = next(use for use in found if use.tag == "table" and _class(use) == "page")

    assert body.styles
    assert body.styles == table.styles
    assert set(body.attributes) == {"class", "style"}


def test_nothing_is_told_by_attributes_for_screen_readers_alone(html: str) -> None:
    """And what is hidden from them is a sign beside its word, or is said again below."""
    told = _words(html.partition("</div>")[2])
    for use in uses(html, CATALOGUE):
        if use.feature == "html-aria-label":
            assert _words(use.value) in told
        elif use.feature == "html-role":
            assert (use.tag, use.value) in {("table", "presentation"), ("div", "article")}
    hidden = re.findall(r'<(\w+)[^>]* aria-hidden="true"[^>]*>([^<]*)', html)
    assert [tag for tag, _ in hidden].count("div") == 1
    for tag, text in hidden:
        if tag == "div":
            assert [word for word in text.split()[:-1] if _words(word.strip(".,")) not in told] == []
        else:
            assert tag == "span"
            assert len(text) == 1


def _words(html: str) -> str:
    return re.sub(r"[\s:]+|&nbsp;", "", re.sub(r"<[^>]*>", "", html)).casefold()


def test_lines_of_a_program_break_at_spaces_where_nothing_else_breaks_them(html: str) -> None:
    for cell in re.findall(r'<td class="quoted"[^>]*>(.*?)</td>', html, re.DOTALL):
        lines = re.split("<br>", cell.replace("&nbsp;", "\N{NO-BREAK SPACE}"))
        assert max(len(piece) for line in lines for piece in line.split(" ")) <= 60


@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize("name", ["alert", "restatement", "several", "rules-refused"])
def test_the_mail_looks_the_same_without_what_some_program_takes_from_it(
    name: str, mail: Composing, browser: "Browser"
) -> None:
    """By daylight to the last point: without the dark style, the doctype, the hidden first line.

    Without the dark style, or with a ``div`` in place of the body, every text can be read in the dark too.
    """
    html = shown_html(mail(whole=SAMPLES[name].notification))
    without_style = re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)
    without_body = re.sub(r"<body[^>]*>", '<body style="margin: 0"><div>', html).replace(
        "</body>", "</div></body>"
    )
    assert html not in (without_style, without_body)
    page = browser.new_page(viewport={"width": 375, "height": 667})

    def picture(html: str) -> bytes:
        page.set_content(html)
        return page.screenshot(full_page=True)

    as_it_is = picture(html)
    assert page.locator(".preheader").evaluate("node => node.getBoundingClientRect().height") == 0
    assert picture(re.sub(r'<div class="preheader".*?</div>', "", html)) == as_it_is
    assert picture(without_style) == as_it_is
    assert picture(without_body) == as_it_is
    assert picture(html.replace("<!DOCTYPE html>", "")) == as_it_is
    page.emulate_media(color_scheme="dark")
    for changed in (without_style, without_body):
        picture(changed)
        pairs = page.evaluate(COLOURS)
        assert pairs
        assert [pair for pair in pairs if contrast(as_hex(pair[1]), as_hex(pair[2])) < 4.5] == []
    page.close()
