"""1xx: how a file is written."""

from typing import Final

from monitor.rulebook.codes.entries import ProblemEntry, warning

STRUCTURE: Final = {
    "LIM101": ProblemEntry(
        "not UTF-8 text",
        "The file's bytes are not text in UTF-8, so nothing in it can be read.",
        "Save the file as UTF-8 (in Notepad: Save as, Encoding: UTF-8).",
    ),
    "LIM102": ProblemEntry(
        "not valid YAML",
        "The file goes on in a way that YAML does not expect. The rest of this file is not read.",
        "Compare indentation, colons, dashes and quotation marks with a rule that works.",
    ),
    "LIM103": ProblemEntry(
        "invisible character",
        "The file holds a character that does not show, or that changes how other characters show.",
        "Delete the character; when the text was pasted, type that part again.",
    ),
    "LIM104": ProblemEntry(
        "anchor, alias or merge key",
        "YAML's & and * and << copy one part of a file to another, where no reader would look for it.",
        "Write the value out where it holds.",
    ),
    "LIM105": ProblemEntry(
        "tag",
        "A YAML tag (a word that begins with !) asks for a special kind of value; rules have none.",
        "Remove the tag, or put the text in quotation marks if it really begins with !.",
    ),
    "LIM106": ProblemEntry(
        "more than one document",
        "A line of three dashes begins a second YAML document in the same file.",
        "Remove the line, or move what follows into a file of its own.",
    ),
    "LIM107": ProblemEntry(
        "too large or too deep",
        "The file is larger, or nested more deeply, than any rule file has reason to be.",
        "Split the file, or look for brackets or indentation that got out of hand.",
    ),
    "LIM108": ProblemEntry(
        "wrong kind of value",
        "A list, a mapping (keys and values) or plain words stand where another of these is needed.",
        "Write it as the message says.",
    ),
    "LIM109": warning(
        "empty file",
        "The file holds no rules: it is empty, or everything in it is commented out.",
        "Delete the file, or fill it.",
    ),
    "LIM110": ProblemEntry(
        "unknown key",
        "The key has no meaning here, so what stands under it would be ignored.",
        "Correct the spelling, or remove the key.",
    ),
    "LIM111": ProblemEntry(
        "key given twice",
        "The same key stands twice in one mapping; only one of the values could count.",
        "Keep one of the two.",
    ),
    "LIM112": ProblemEntry(
        "missing key",
        "A key is needed here and is not given.",
        "Add the key.",
    ),
    "LIM113": ProblemEntry(
        "no value",
        "The key is there, but nothing (or ~, or null) stands after it.",
        "Give a value, or remove the key.",
    ),
    "LIM114": ProblemEntry(
        "not a number",
        "A number is needed: digits, perhaps with a minus before and one decimal point among them.",
        "Write it plainly: 1000, 0.5, -3.",
    ),
    "LIM115": ProblemEntry(
        "not a date",
        "A date is needed, written year-month-day.",
        "Write it as 2013-11-15.",
    ),
    "LIM116": ProblemEntry(
        "neither true nor false",
        "Only the words true and false answer a yes-or-no question here.",
        "Write true or false.",
    ),
    "LIM117": ProblemEntry(
        "not one of the words allowed",
        "Only certain words have a meaning here.",
        "Use one of the words that the message lists.",
    ),
    "LIM118": ProblemEntry(
        "unsuitable id",
        "Ids are short and plain, because they stand in metrics, file names and mails.",
        "Use small letters and digits, beginning with a letter; _ joins an indicator's words, - a rule's.",
    ),
    "LIM119": ProblemEntry(
        "number out of range",
        "The number is a number, but not one that can stand here.",
        "Choose one within the range that the message gives.",
    ),
    "LIM120": ProblemEntry(
        "unreadable file or folder",
        "The file or folder is missing, or limen is not allowed to read it.",
        "Check the name and the permissions.",
    ),
    "LIM121": ProblemEntry(
        "no rule files",
        "The folder holds no file whose name ends in .yaml or .yml.",
        "Name the folder that holds the rule files.",
    ),
    "LIM122": ProblemEntry(
        "not a number of periods",
        "“for” says how many figures in a row must breach.",
        "Write 1 period, 2 periods and so on.",
    ),
    "LIM123": ProblemEntry(
        "word given twice",
        "The same word stands twice in one list.",
        "Keep it once.",
    ),
    "LIM124": ProblemEntry(
        "not a number of working days",
        "A number of working days is needed here: how long something may take, or when it comes.",
        "Write 1 working day, 15 working days and so on.",
    ),
    "LIM125": ProblemEntry(
        "not a time of day",
        "A time of the day is needed: two digits, a colon, two digits, from 00:00 to 23:59.",
        'Write it as "08:00", by the clock on the wall.',
    ),
    "LIM126": ProblemEntry(
        "not a day with a time",
        "A day and a time are needed, by the clock on the wall and without a zone.",
        'Write it as "2013-11-15 18:00".',
    ),
}
