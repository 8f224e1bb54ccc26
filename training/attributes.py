"""Questions for what a real passage does not say: its telephone number, its deputy director."""

from __future__ import annotations

import re
from random import Random

from training.examples import Example
from training.fact_tables import FAMILIES, ROLE_QUESTIONS, ROLES
from training.sources import Question

# A passage with one of these words may well have such a thing.
_CUES = {
    "phone": r"phone|call|\+\d|fax|contact",
    "fax": r"fax",
    "email": r"@|mail",
    "web": r"www|http|\.com|\.org|site",
    "address": r"street|road|avenue|address|located|lane|\bst\b",
    "budget": r"budget|[$€£]|million|billion|spend|fund|cost",
    "hours": r"open|hour|\bam\b|\bpm\b|close",
    "area": r"square|area|acre|hectare|km|mile|size|m2",
    "salary": r"salar|wage|pay|paid|earn|[$€£]",
    "fee": r"fee|charge|tuition|cost|price|[$€£]|pay",
    "donation": r"donat|gave|gift|[$€£]",
    "age": r"\bage|\bold\b|\byears\b|born",
    "renamed": r"name|call|known",
    "evaluated": r"evaluat|assess|review",
    "updated": r"updat|publish",
    "staff": r"staff|employ|work|people",
    "patents": r"patent",
    "papers": r"paper|publi|article",
    "beds": r"\bbed",
    "students": r"student|pupil|enrol",
}
_NAME = re.compile(r"(?<=[a-z,] )(?:the )?[A-Z][\w'’-]+(?: (?:of |the )?[A-Z][\w'’-]+)*")


def unsaid(passages: list[Question], count: int, rng: Random) -> list[Example]:
    """``count`` templated questions on names of real passages that do not answer them."""
    attributes = [a for family in FAMILIES for a in family if a.name in _CUES]
    examples: list[Example] = []
    while len(examples) < count:
        question = rng.choice(passages)
        names = _NAME.findall(question.passage)
        if question.title and rng.random() < 0.4:
            names = [question.title]
        if not names:
            continue
        name = rng.choice(names)
        if "'" in name or "’" in name:
            continue
        if rng.random() < 0.35:
            role = rng.choice(rng.choice(ROLES))
            if role.split()[-1] in question.passage.lower() and " " not in role:
                continue
            if role in question.passage.lower():
                continue
            text = rng.choice(ROLE_QUESTIONS).replace("{r}", role)
        else:
            attribute = rng.choice(attributes)
            if re.search(_CUES[attribute.name], question.passage, re.IGNORECASE):
                continue
            text = rng.choice(attribute.questions)
        title = question.title if rng.random() < 0.5 else ""
        examples.append(Example("unsaid", text.replace("{o}", name), question.passage, None, title))
    return examples
