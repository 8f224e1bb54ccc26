"""Words that may stand for each other, words that may not although they are alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from rag.lexical import terms

_SAME = """
found establish set create
lead head direct run manage chair charge leader director chief
whole entire full
world global worldwide
biggest largest
surround around
conduct carry
study research investigate explore examine work
cancer tumor tumour oncology malignant
area field aspect direction theme topic domain
goal aim purpose objective target
people staff person member personnel employee individual
hire employ recruit
use utilize employ rely
paper article publication
obtain receive get gain win earn acquire hold
give grant award confer
approve authorize ratify sanction
locate situate lie based sit
occupy cover span take
total sum overall altogether
fund funding finance money budget grant
complete finish conclude
undertake carry conduct perform
part share role
belong affiliate attach
begin start launch open
happen occur hold place
building build construct construction
decide resolve decision
return come back
teach train education training
patent invention
cite reference citation
include contain comprise consist among cover
consist make compose
plan program programme scheme project
country nation state
abroad overseas foreign international
equipment instrument device apparatus machine
platform facility
laboratory lab
support help back assistance
cooperate collaborate partner collaboration cooperation
attend present participate
hospital clinic
connect link integrate combine unite join bring
concentrate focus center centre core
centre center
new novel
show reveal display
illness disease disorder
treatment therapy treat
heal repair
doctor physician
scholar scientist researcher academic
scholar fellow
professor prof
science scientific
nature natural
province provincial
medicine medical
clinic clinical
nation national
industry industrial
technology technological technical
molecule molecular
cell cellular
gene genetic genomic genomics
immune immunology immunological
worth value amount
describe call know name
rank rate rating grade
prize award honor honour
name call title
last take
long lengthy
large big
grow develop expand
develop development
explain clarify elucidate
mechanism process
control regulate govern
spread metastasis
recurrence return
appear publish
serve act
several number various multiple
promote advance further
build-up establish
want seek hope aim intend
become turn
top leading
resource asset
strength strengthen
"""
# Alike in meaning or in use, and yet another claim.
_NOT_THE_SAME = """
found approve
found inaugurate
found close
found decide
approve inaugurate
approve reject
approve apply
open close
win lose
win nominate
increase decrease
rise fall
gain lose
buy sell
join leave
begin end
start stop
first last
before after
early late
basic clinical
national provincial
national international
national local
public private
male female
north south
east west
import export
lend borrow
teach learn
accept refuse
build demolish
build design
director deputy
chair deputy
dean deputy
professor student
domestic international
internal external
major minor
old new
high low
rich poor
support oppose
allow forbid
complete begin
complete plan
paper patent
paper project
patent project
project prize
paper book
undergraduate postdoctoral
benign malignant
acute chronic
adult embryonic
human animal
hardware software
regional national
euro dollar
euro yuan
dollar yuan
month year
week year
day year
hospital university
"""
# Their places cannot be taken by another word, nor may they be added.
_EXACT = """
your yours i me my mine we us our ours
deputy vice former acting assistant associate honorary interim emeritus only sole solely first
last largest biggest smallest best worst most least fewest highest lowest oldest newest youngest
longest leading all every each always entire whole half twice double triple quarter national
international global provincial regional municipal local private public senior junior chief
exclusive exclusively unique largest fastest majority minority non full co retired late new
permanent annual annually monthly daily weekly overseas foreign domestic previously currently
formerly daily dr professor doctor sir lord
"""


# Forms that a stemmer does not bring together with their plain form.
_IRREGULAR = """
led lead built build held hold took take taken take gave give given give won win began begin
begun begin brought bring made make taught teach wrote write written write bought buy sold sell
chose choose chosen choose became become grew grow grown grow knew know known know said say
spoke speak spoken speak spent spend left leave lost lose met meet came come went go gone go
understood understand drew draw drawn draw got get ran run shown show rose rise risen rise fell
fall fallen fall sent send kept keep told tell thought think stood stand laid lay lies lie
sought seek fought fight men man women woman people person children child mice mouse criteria
criterion analyses analysis diagnoses diagnosis therapies therapy feet foot better good children
child held hold underwent undergo undertook undertake undertaken undertake overtook overtake
bred breed fed feed shot shoot
""".split()


def plain_terms(text: str) -> list[str]:
    """Terms of ``text``, irregular forms as their plain form.

    >>> plain_terms("He has led 22 projects")
    ['lead', '22', 'project']
    """
    return [_PLAIN.get(term, term) for term in terms(text)]


def _groups() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for line in _SAME.split("\n"):
        group = set(plain_terms(line))
        for term in group:
            found[term] |= group
    return {term: frozenset(group) for term, group in found.items()}


def _pairs() -> frozenset[frozenset[str]]:
    lines = (plain_terms(line) for line in _NOT_THE_SAME.split("\n"))
    return frozenset(frozenset(pair) for pair in lines if len(pair) > 1)


_PLAIN = {
    term: plain
    for form, base in zip(_IRREGULAR[::2], _IRREGULAR[1::2], strict=True)
    for term, plain in zip(terms(form), terms(base), strict=False)
}
_SYNONYMS = _groups()
_UNLIKE = _pairs()
EXACT = frozenset(_EXACT.split())


def synonyms(term: str) -> frozenset[str]:
    """Stemmed terms that may stand for a stemmed term, itself among them."""
    return _SYNONYMS.get(term, frozenset()) | {term}


def is_unlike(term: str, others: Iterable[str]) -> bool:
    """Whether one of ``others`` is a word that a stemmed term must not be taken for."""
    return any(frozenset((term, other)) in _UNLIKE for other in others)
