"""Words and sentence patterns for ``training.facts``: ``{o}`` organisation, ``{v}`` value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Attribute:
    """Something a notice can say of an organisation; ``kind`` names the values it can have.

    ``values`` are those of the kinds ``phrase`` and ``list``, which have no others.
    """

    name: str
    kind: str
    sentences: tuple[str, ...]
    questions: tuple[str, ...]
    values: tuple[str, ...] = ()


def _families(kind: str, file: str) -> tuple[tuple[Attribute, ...], ...]:
    """The families of attributes of an ``organisation`` or a ``person`` in a file beside this."""
    text = Path(__file__).with_name(file).read_text("utf-8")
    blocks = (block.strip().splitlines() for block in text.split("\n\n"))
    return tuple(_family(lines[1:]) for lines in blocks if lines[0] == f"[{kind}]")


def _family(lines: list[str]) -> tuple[Attribute, ...]:
    attributes: list[Attribute] = []
    for line in lines:
        if line.startswith("s "):
            last = attributes[-1]
            attributes[-1] = replace(last, sentences=(*last.sentences, line[2:]))
        elif line.startswith("q "):
            last = attributes[-1]
            attributes[-1] = replace(last, questions=(*last.questions, line[2:]))
        elif line.startswith("v "):
            last = attributes[-1]
            attributes[-1] = replace(last, values=(*last.values, line[2:]))
        else:
            name, kind = line.split(" :: ")
            attributes.append(Attribute(name, kind, (), ()))
    return tuple(attributes)


KINDS = (
    "Center;Research Center;Institute;Laboratory;Key Laboratory;Research Institute;Department;"
    "School;College;Museum;Library;Hospital;Foundation;Observatory;Academy;Medical Center;Faculty;"
    "Innovation Center;Engineering Center;Research Base;Collaborative Innovation Center;Clinic"
).split(";")
FIELDS = (
    "Marine Ecology;Quantum Materials;Plant Genetics;Urban Planning;Renewable Energy;Robotics;"
    "Polar Research;Water Safety;Food Science;Public Health;Rare Diseases;Applied Mathematics;"
    "Soil Chemistry;Data Ethics;Aerospace Materials;Wildlife Disease;Cancer Imaging;"
    "Child Nutrition;Optical Sensing;Earthquake Engineering;Textile History;Music Education;"
    "Digital Humanities;"
    "Forest Protection;Bone Repair;Neural Engineering;Vaccine Design;Rural Economics;Ocean Law;"
    "Smart Transport;Climate Modelling;Protein Folding;Dental Biomaterials;Sleep Medicine"
).split(";")
PLACES = (
    "Northfield;Lanzhou;Porto;Graz;Tampere;Halden;Ridgemont;Kunming;Aarhus;Leeds;Salamanca;Utrecht;"
    "Brno;Guelph;Dalian;Otago;Tromso;Bergamo;Fukuoka;Daegu;Perth;Malmo;Xiamen;Ghent;Austin;Lyon"
).split(";")
STREETS = "Mill Road;Harbour Street;Station Avenue;Linden Lane;West Lake Road;College Road".split(
    ";"
)
TITLES = "Prof.;Professor;Dr.;Dr;Academician;Mr.;Ms.;Associate Professor".split(";")
GIVEN_NAMES = (
    "Anna;Marcus;Elena;Peter;Sofia;Thomas;Maria;David;Ingrid;Paul;Clara;Victor;Amina;Samuel;Julia;"
    "Henrik;Laura;Omar;Nina;George;Helen;Ivan;Carmen;Felix;Ruth;Andrew;Yuki;Leila;Oscar;Diane"
).split(";")
FAMILY_NAMES = (
    "Keller;Okafor;Lindqvist;Moreau;Hughes;Novak;Tanaka;Rossi;Silva;Andersen;Walsh;Petrov;Garcia;"
    "Brandt;Fischer;Mbeki;Larsen;Costa;Hoffman;Reid;Santos;Weber;Nakamura;Kowalski;Dubois;Iyer"
).split(";")
PINYIN_FAMILY = (
    "Wang Li Zhang Liu Chen Yang Zhao Huang Zhou Wu Xu Sun Hu Zhu Gao Lin He Guo Ma Luo Song Zheng "
    "Tang Han Feng Deng Cao Peng Zeng Xiao Tian Dong Pan Yuan Cai Jiang Yu Du Ye Cheng Wei Su Lu"
).split()
PINYIN_SYLLABLES = (
    "wei min jun hua lan xin yu jie hong ying feng lei tao ming yan bo chao hui jing qiang peng "
    "kai ning rui shu ting xue yi zhi dan guo hai ke liang mei nan ping qing ran shan tian wen "
    "xia yong"
).split()

# Each group holds roles that must be told apart.
ROLES = tuple(
    tuple(group.split(","))
    for group in (
        "director,deputy director,executive director,former director,founding director,"
        "acting director,associate director,honorary director,director of research;"
        "dean,vice dean,executive dean,associate dean,former dean,acting dean;"
        "president,vice president,former president,honorary president,executive vice president;"
        "director,dean,chair,president,secretary general,manager,spokesperson;"
        "chair,vice chair,former chair,chair of the academic committee,chair of the board;"
        "chief scientist,chief engineer,deputy chief engineer,chief physician,chief executive;"
        "head of department,deputy head of department,head of the laboratory,head nurse;"
        "first director,current director,last director,second director;"
        "party secretary,deputy party secretary,executive dean,executive director,dean;"
        "founder,co-founder,owner,sponsor,architect,donor;"
        "coordinator,project leader,deputy project leader,principal investigator,co-investigator"
    ).split(";")
)
ROLE_SENTENCES = (
    "{v} is the {r} of {o}.",
    "{v} acts as the {r} of {o}.",
    "{v} serves as {r} of {o} and works closely with partners abroad.",
    "The {r} of {o} is {v}.",
    "{v}, {r} of {o}, gave the opening speech.",
    "At {o}, the post of {r} is held by {v}.",
    "In the same year {v} was appointed {r} of {o}.",
    "{v} has been the {r} of {o} for several years.",
    "The ceremony was attended by {v}, {r} of {o}.",
    "{o} named {v} as its {r}.",
    "{r}: {v}.",
    "{v} ({r}) presented the annual report of {o}.",
)
ROLE_QUESTIONS = (
    "Who is the {r} of {o}?",
    "Who is the {r}?",
    "What is the name of the {r} of {o}?",
    "Who serves as {r} of {o}?",
    "Who was appointed {r} of {o}?",
    "Who acts as {r} at {o}?",
    "Name the {r} of {o}.",
    "Which person is {r} of {o}?",
)
YEAR_EVENTS = (
    ("prize", "The {y} prize of {o} went to {v}.", "Who won the {y} prize of {o}?"),
    (
        "award",
        "In {y}, {v} received the annual award of {o}.",
        "Who received the annual award in {y}?",
    ),
    ("medal", "{v} won the gold medal of {o} in {y}.", "Who won the gold medal of {o} in {y}?"),
    ("papers", "In {y}, {o} published {v} papers.", "How many papers did {o} publish in {y}?"),
    ("intake", "{o} admitted {v} students in {y}.", "How many students did {o} admit in {y}?"),
    ("patents", "{v} patents were granted to {o} in {y}.", "How many patents did {o} get in {y}?"),
    ("visits", "{v} people visited {o} in {y}.", "How many visitors did {o} have in {y}?"),
    ("lecture", "The {y} lecture at {o} was given by {v}.", "Who gave the {y} lecture at {o}?"),
)
# What a notice of roles alone never says of the person that it names.
PERSON_UNSAID = (
    "Why did {p} resign?",
    "Why was {p} dismissed?",
    "Who was {r} before {p}?",
    "Who will succeed {p}?",
    "Who is the deputy of {p}?",
    "When was {p} born?",
    "When did {p} die?",
    "How old is {p}?",
    "Where was {p} born?",
    "Where did {p} study?",
    "What is the telephone number of {p}?",
    "What is the e-mail address of {p}?",
    "What is the salary of {p}?",
    "How many papers has {p} published?",
    "Which prize did {p} win?",
    "When did {p} retire?",
    "Why did the {r} leave {o}?",
    "Why did the {r} resign?",
    "How old is the {r}?",
    "When will the {r} retire?",
    "What does the {r} of {o} earn?",
    "How long has the {r} of {o} been ill?",
    "What is the {r}'s telephone number?",
)
FAMILIES = _families("organisation", "fact_attributes.txt")
PERSON_FAMILIES = _families("person", "fact_attributes.txt")
WORDINGS = _families("organisation", "fact_wordings.txt")
PERSON_WORDINGS = _families("person", "fact_wordings.txt")
