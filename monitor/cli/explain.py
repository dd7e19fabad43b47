"""``limen explain``: the whole chain from the figure to whoever was told, in words."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal

from rich.padding import Padding
from rich.text import Text

from monitor.cli import exit_codes
from monitor.cli.choices import area_named, day, rule_or_indicator
from monitor.cli.explanation import Explanation, LevelTold, RuleTold, explanation
from monitor.cli.scorecard import Rated, plain_number
from monitor.cli.session import Session
from monitor.cli.told import Telling, fate
from monitor.core.observations import Status
from monitor.core.rulebook import Level
from monitor.terminal import level as level_chip
from monitor.terminal import rating, table, travel, write_plainly
from monitor.wording import good_way


def explain_figure(session: Session, subject: str, area: str, at: str | None, *, as_json: bool) -> int:
    """Prints why a figure is rated as it is, what its alerts did, and who was told."""
    world = session.world
    about, place = rule_or_indicator(subject, world), area_named(area, world)
    until = day(at, "--at") if at else None
    with session.store() as store, store.reading() as connection:
        found = explanation(connection, world, about, place, until)
    if as_json:
        write_plainly(json.dumps(_record(found), indent=2, ensure_ascii=False, default=_plain) + "\n")
    else:
        _Pages(session).show(found)
    return exit_codes.OK


class _Pages:
    """Writes an explanation, section after section."""

    def __init__(self, session: Session) -> None:
        self._out = session.out
        self._zone = session.settings.zone
        self._rules_dir = session.settings.rules_dir

    def show(self, found: Explanation) -> None:
        indicator = found.indicator
        self._out.print(Text(f"{found.area.name}: {indicator.title}", "bold"))
        self._out.print(Text(f"{indicator.id} in {self._rules_dir}", "dim"), soft_wrap=True)
        self._figure(found)
        self._in_force(found)
        for rule in found.rules:
            self._rule(rule, found)
        if not found.rules:
            self._heading("Alerts")
            self._say(f"No alert rule watches this indicator in {found.area.name}.")

    def _heading(self, text: str | Text) -> None:
        self._out.print()
        self._out.print(text if isinstance(text, Text) else Text(text, "bold underline"))

    def _say(self, text: str | Text, indent: int = 2) -> None:
        self._out.print(
            Padding(Text(text) if isinstance(text, str) else text, (0, 0, 0, indent), expand=False)
        )

    def _moment(self, moment: datetime) -> str:
        return f"{moment.astimezone(self._zone):%-d %b %Y %H:%M}"

    def _figure(self, found: Explanation) -> None:
        self._heading("The figure")
        figure, indicator = found.figure, found.indicator
        if figure is None:
            self._say(f"There is no figure for {found.area.name} in that time.")
            return
        self._say(_figure_line(figure, found.period))
        self._say(_before_line(figure))
        self._say(" ".join(filter(None, (indicator.definition, good_way(indicator.polarity)))))
        if indicator.numerator and indicator.denominator:
            self._say(f"It is {indicator.numerator}, of {indicator.denominator}.")
        self._say(f"Source: {indicator.source}.")
        for each in found.revisions:
            value = figure.figures.short(each.value, protected=each.protected)
            shown = each.missing if each.missing and not each.protected else value
            self._say(
                f"Revision {each.revision}: {shown}, {each.status}; from {each.file}, "
                f"read {self._moment(each.recorded_at)} (batch {each.batch})"
            )

    def _in_force(self, found: Explanation) -> None:
        if found.figure is None:
            return
        self._heading("What is in force for it")
        for line in found.lines:
            until = f" until {line.until}" if line.until else ""
            self._say(
                Text.assemble(
                    (f"{line.what.capitalize()}: ", "bold"), f"{line.text} (since {line.start}{until})"
                )
            )
            self._say(f"{line.reference}", 4)
            self._say(Text(line.position, "dim"), 4)
        if not found.lines:
            self._say("Neither a target, nor an expected range, nor bands of ratings.")
        self._say(self._judged(found))

    def _judged(self, found: Explanation) -> str:
        judgement = found.judgement
        if judgement is None:
            return "No cycle has judged this figure yet."
        rules = (judgement.revision or judgement.rulebook)[:12]
        when = f"in cycle {judgement.cycle}, {self._moment(judgement.at)}"
        text = f"Judged {when}, by rules {rules}: {judgement.rag}."
        if judgement.restated:
            text += " The figure has been restated since; the next cycle judges it again."
        elif judgement.rulebook != found.rulebook:
            text += f" Shown above is what the rules say now ({(found.revision or found.rulebook)[:12]})."
        return text

    def _rule(self, rule: RuleTold, found: Explanation) -> None:
        self._heading(
            Text.assemble(("Alert: ", "bold"), (rule.title, "bold underline"), (f"  {rule.rule}", "dim"))
        )
        self._say(Text(f"{rule.position}; {rule.reference}", "dim"))
        if rule.applies:
            self._say(rule.applies)
        else:
            for each in rule.levels:
                self._say(_level_line(each, found.figure))
            self._say(_conditions(rule))
        self._say(_state_line(rule))
        self._steps(rule)
        self._tellings(rule.tellings)

    def _steps(self, rule: RuleTold) -> None:
        if not rule.steps:
            return
        made = table("When", "Period to", "From", "To", "Why")
        for step in rule.steps:
            period = step.period_end.isoformat() if step.period_end else "–"
            made.add_row(self._moment(step.at), period, step.before, step.after, step.reason)
        self._out.print()
        self._say(Text("How it got there", "bold"))
        self._out.print(Padding(made, (0, 0, 0, 2), expand=False))

    def _tellings(self, found: Iterable[Telling]) -> None:
        decided = list(found)
        if not decided:
            self._say("Nobody had to be told.")
            return
        self._out.print()
        self._say(Text("Who was told, or not", "bold"))
        made = table("When", "What")
        made.show_header = False
        for each in decided:
            made.add_row(self._moment(each.at), self._told(each))
        self._out.print(Padding(made, (0, 0, 0, 2), expand=False))

    def _told(self, each: Telling) -> Text:
        """One decision in a sentence, with its reason and what became of the mail."""
        if not each.told:
            who = f"{each.recipient}: " if each.recipient else ""
            return Text(f"{who}{each.reason}")
        role = f" as {each.role} for {each.role_area}" if each.role and each.role_area else ""
        route = f" (route {each.route}{role})" if each.route else ""
        mail = f"; mail {each.mail}: {fate(each, self._zone)}" if each.mail else ""
        answer = f", {each.response}" if each.response else ""
        return Text.assemble(
            f"{each.kind}: ",
            (each.recipient or "", "bold"),
            f" was told: {each.reason}{route}{mail}{answer}",
        )


def _figure_line(figure: Rated, period: str) -> Text:
    own = figure.evaluation
    missing = own.missing.value if own.missing else "no figure"
    is_shown = own.value is not None or figure.protected
    value = figure.figures.full(own.value, protected=figure.protected) if is_shown else missing
    parts = ""
    if own.numerator is not None and own.denominator is not None:
        parts = f" ({own.numerator:,f} of {own.denominator:,f})"
    provisional = ", provisional" if own.status is Status.PROVISIONAL else ""
    return Text.assemble((value, "bold"), parts, f", {period}{provisional}: ", rating(own.rag))


def _before_line(figure: Rated) -> Text:
    own = figure.evaluation
    if own.previous_period_end is None:
        return Text("It is the first of its series.")
    before = figure.figures.short(own.previous_value, protected=figure.previous_protected)
    moved = travel(own.direction, own.value, own.previous_value)
    return Text.assemble(
        f"Before: {before} to {own.previous_period_end}, ", rating(own.previous_rag), "; ", moved
    )


def _level_line(told: LevelTold, figure: Rated | None) -> Text:
    chip = level_chip(Level(told.level))
    limits = ", ".join(figure.figures.short(limit) for limit in told.limits) if figure else ""
    computed = f" (limit {limits})" if limits and limits not in told.condition else ""
    verdict = {
        True: (" → holds", "bold"),
        False: (" → does not hold", ""),
        None: (" → can't be said of this figure", "dim"),
    }[told.holds]
    return Text.assemble(chip, f" if {told.condition}{computed}", verdict, (f"  {told.position}", "dim"))


def _conditions(rule: RuleTold) -> str:
    lasting = f"Fires after {rule.periods} figures in a row" if rule.periods > 1 else "Fires at once"
    over = f"over when {rule.recover}" if rule.recover else "over when no level holds"
    text = f"{lasting}; {over}."
    if rule.retired_on:
        successor = f", then “{rule.superseded_by}”" if rule.superseded_by else ""
        text += f" In use until {rule.retired_on}{successor}."
    return text


def _state_line(rule: RuleTold) -> Text:
    chip = level_chip(Level(rule.level)) if rule.level else Text("")
    since = f", since {rule.since}" if rule.since else ""
    judged = f", judged to {rule.judged_to}" if rule.judged_to else ""
    health = "" if rule.health == "ok" or rule.applies else f"; on this figure: {rule.health}"
    return Text.assemble(
        ("Now: ", "bold"), rule.state, " " if rule.level else "", chip, since, judged, health
    )


def _record(found: Explanation) -> dict[str, object]:
    """The explanation for another program."""
    figure, indicator = found.figure, found.indicator
    return {
        "indicator": {
            "id": indicator.id,
            "title": indicator.title,
            "definition": indicator.definition,
            "unit": indicator.unit,
            "polarity": indicator.polarity.value,
            "source": indicator.source,
            "position": str(indicator.position),
        },
        "area": {"name": found.area.name, "code": found.area.code, "type": found.area.type.value},
        "period": found.period,
        "figure": None if figure is None else _figure_record(figure),
        "revisions": [asdict(each) for each in found.revisions],
        "in_force": [asdict(each) for each in found.lines],
        "judgement": None if found.judgement is None else asdict(found.judgement),
        "rulebook": found.rulebook,
        "revision": found.revision,
        "rules": [asdict(each) for each in found.rules],
    }


def _figure_record(figure: Rated) -> dict[str, object]:
    own = asdict(figure.evaluation)
    own.pop("observation_id")
    own["rag_position"] = str(figure.evaluation.rag_position) if figure.evaluation.rag_position else None
    return own | {"protected": figure.protected, "previous_protected": figure.previous_protected}


def _plain(value: object) -> object:
    """What JSON does not know."""
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} in an explanation")
