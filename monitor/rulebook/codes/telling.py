"""5xx: routes, the people they reach, when they are told, and what keeps news from them."""

from typing import Final

from monitor.rulebook.codes.entries import ProblemEntry, warning

TELLING: Final = {
    "LIM501": ProblemEntry(
        "unknown role",
        "Nobody in contacts.yaml ever holds a role of this name.",
        "Correct the spelling, or add who holds the role to contacts.yaml. Those whom it names under "
        "operations are told by the word operations.",
    ),
    "LIM502": ProblemEntry(
        "unknown person",
        "contacts.yaml has no person with this id.",
        "Correct the spelling, or add the person to contacts.yaml.",
    ),
    "LIM503": ProblemEntry(
        "alert that reaches nobody",
        "No route matches these alerts, so nobody would be told.",
        "Add a route, or widen one.",
    ),
    "LIM504": warning(
        "route that matches nothing",
        "No alert rule can ever match the route, so whom it names is told of nothing.",
        "Correct what it matches, or remove the route.",
    ),
    "LIM505": warning(
        "route to nobody",
        "Nobody holds the role for an area whose alerts take this route, nor for any area around it; "
        "the people under “operations” would be told instead.",
        "Add who holds the role to contacts.yaml.",
    ),
    "LIM506": ProblemEntry(
        "window that never opens",
        "The window closes before it opens, or at that very time. No window goes past midnight.",
        "Correct one of the two times; 24:00 is the midnight at the end of the day.",
    ),
    "LIM507": ProblemEntry(
        "not one way of timing",
        "“when” is a window (from, until, perhaps days), a daily digest (digest, at, perhaps days) or a "
        "weekly one (digest, on, at), and this is none of them, or more than one.",
        "Keep the keys of one of them.",
    ),
    "LIM508": ProblemEntry(
        "days of two kinds",
        "Working days and every day stand alone; other days beside them would be said twice.",
        "Write one of the two alone, or name days of the week.",
    ),
    "LIM509": ProblemEntry(
        "escalations out of order",
        "Each escalation comes later than the one before it; their days all count from the first telling.",
        "Put them in order, and merge those that come on the same day.",
    ),
    "LIM510": warning(
        "escalation that tells nobody new",
        "The route, or an escalation before this one, tells the same role or person already.",
        "Name the next one up, or remove the escalation.",
    ),
    "LIM511": warning(
        "critical news that waits",
        "Critical alerts take routes with a weekly digest alone, so that a breach would wait up to a week.",
        "Give critical alerts a route of their own: match: {levels: critical}, and no when.",
    ),
    "LIM512": warning(
        "longest wait below the first",
        "“longest” limits the wait between two reminders, and the first is longer: all are as long as it.",
        "Raise longest, or leave it out; for reminders at equal distance write factor: 1.",
    ),
    "LIM513": warning(
        "nobody for some time",
        "On some days of the coming twelve weeks nobody holds the role for an area whose alerts take this "
        "route, nor for any area around it; the people under “operations” would be told instead. Looked for "
        "by limen check alone.",
        "Add who holds the role then to contacts.yaml.",
    ),
    "LIM514": warning(
        "nothing to hold back",
        "No alert that the rules can raise fits, so that the inhibition or the maintenance has no effect.",
        "Correct what it matches, or remove it.",
    ),
    "LIM515": warning(
        "holds what should not wait",
        "The inhibition can hold all news, or critical news of the whole county.",
        "Narrow “hold”: to warnings, or to the districts.",
    ),
    "LIM516": warning(
        "inhibition without effect",
        "Both sides fit some alerts, but no two that belong together. No alert holds itself, and of two that "
        "both sides fit neither holds the other. “within” asks that the held one's area lies in the other's.",
        "Correct same or within, or let the sides fit different alerts: critical ones and warnings, say.",
    ),
    "LIM517": ProblemEntry(
        "alerts that hold each other",
        "By one inhibition an alert holds another, by a second it is held by it: nobody would be told of "
        "either.",
        "Remove one of the two inhibitions, or let them fit other alerts.",
    ),
    "LIM518": warning(
        "long maintenance",
        "The maintenance lasts longer than 31 days. A breach that begins on its first day would be told when "
        "it is over.",
        "Check the dates for a slip. If it is meant, leave it.",
    ),
    "LIM519": warning(
        "maintenance that is over",
        "The time has passed, so that the entry has no effect any more. Looked for by limen check alone.",
        "Remove it; what was held, and why, stays in the records.",
    ),
    "LIM520": warning(
        "maintenance given twice",
        "Two times of maintenance overlap, and some alerts fit both.",
        "Merge the two, or correct the dates.",
    ),
}
