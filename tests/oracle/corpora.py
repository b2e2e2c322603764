"""Corpora read straight from their files, without newshound's readers."""

import datetime
import glob
import json
import os
import re


class Article:
    """Plain values; `fields` maps a field's name to its list of values."""

    def __init__(self, ident, title, body, date=None, fields=None):
        self.id, self.title, self.body = ident, title, body
        self.date = date  # datetime.date or None
        self.fields = fields or {}


def jsonl(path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            fields = {}
            for name in ("source", "section", "lang", "topic", "person", "org",
                         "place", "author", "url"):
                value = record.get(name)
                if value:
                    fields[name] = value if isinstance(value, list) else [value]
            date = record.get("date")
            yield Article(record["id"], record.get("title", ""),
                          record.get("body", ""),
                          datetime.date.fromisoformat(date[:10])
                          if date else None, fields)


_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP",
           "OCT", "NOV", "DEC"]
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&"}


def _unescape(text):
    def replace(match):
        name = match.group(1)
        if name.startswith("#"):
            code = int(name[1:])
            return chr(code) if code >= 32 or code in (9, 10) else ""
        return _ENTITIES.get(name, match.group(0))
    return re.sub(r"&(#\d+|\w+);", replace, text)


def _element(name, text):
    match = re.search(rf"<{name}[^>]*>(.*?)</{name}>", text, re.S)
    return match.group(1) if match else ""


def reuters(folder):
    for path in sorted(glob.glob(os.path.join(folder, "*.sgm"))):
        with open(path, encoding="cp1252", errors="replace") as file:
            data = file.read()
        for match in re.finditer(r"<REUTERS (.*?)>(.*?)</REUTERS>", data, re.S):
            attributes, content = match.groups()
            ident = "reuters-" + re.search(r'NEWID="(\w+)"',
                                           attributes).group(1)
            text = _element("TEXT", content)
            title = _element("TITLE", text)
            # Some articles have text beside the body: all of it counts.
            body = re.sub(r"<(TITLE|AUTHOR)>.*?</\1>", " ", text, flags=re.S)
            # A dateline begins the first line of its body.
            body = re.sub(r"\s*</DATELINE>\s*", " ", body)
            body = re.sub(r"<(DATELINE|BODY)>|</BODY>", " ", body)
            fields = {"source": ["Reuters"], "lang": ["en"]}
            for tag, field in (("TOPICS", "topic"), ("PLACES", "place"),
                               ("PEOPLE", "person"), ("ORGS", "org")):
                values = re.findall(r"<D>(.*?)</D>", _element(tag, content))
                if values:
                    fields[field] = [_unescape(v) for v in values]
            author = _unescape(_element("AUTHOR", text)).strip()
            if author:
                fields["author"] = [author]
            date = None
            when = re.match(r"\s*(\d+)-(\w{3})-(\d{4})",
                            _element("DATE", content))
            if when:
                day, month, year = when.groups()
                date = datetime.date(int(year), _MONTHS.index(month) + 1,
                                     int(day))
            yield Article(ident, _unescape(title), _unescape(body), date,
                          fields)


def time_collection(path):
    """The TIME collection; ids are the places in the file, from 1."""
    with open(path, encoding="latin-1") as file:
        data = file.read().split("*STOP")[0]
    parts = re.split(r"^\*TEXT.*$", data, flags=re.M)[1:]
    for number, body in enumerate(parts, 1):
        yield Article(str(number), "", body.strip())


def write_jsonl(articles, path):
    """Title, body, id, date and fields as newshound reads them."""
    with open(path, "w", encoding="utf-8") as file:
        for a in articles:
            record = {"id": a.id, "title": a.title, "body": a.body}
            if a.date:
                record["date"] = a.date.isoformat()
            record.update(a.fields)
            file.write(json.dumps(record) + "\n")
