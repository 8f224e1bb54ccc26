"""The command ``accept`` of ``python -m eval``: proposed questions into the accepted set."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from eval.options import corpus_option
from rag.config import load_settings
from rag.pending import Checked, check, load_pending, merge, settle
from rag.questions import GoldQuestion, QuestionSet, UnansweredQuestion, load_questions

_ASKED = "accept, reject, leave for later, quit"


@click.command()
@corpus_option
@click.option("--all", "every", is_flag=True, help="Accept all that nothing speaks against.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")
def accept(corpus_dir: Path | None, every: bool, dry_run: bool) -> None:
    """Review the questions that staff proposed, and put the accepted ones into the set.

    Asks about each; exit status 0 even where some cannot be accepted: they stay as they are.
    """
    from eval.gold import read_corpus

    settings = load_settings()
    corpus = read_corpus(corpus_dir or settings.corpus)
    known = load_questions(settings.accepted_questions)
    proposed = load_pending(settings.pending_questions)
    accepted: list[GoldQuestion | UnansweredQuestion] = []
    rejected: list[str] = []
    for number, pending in enumerate(proposed, 1):
        # Each is compared with those that were just accepted, too.
        checked = check(pending, corpus, _with(known, accepted))
        click.echo(f"\n{number} of {len(proposed)}")
        for line in _lines(checked):
            click.echo(line)
        answer = _decision(checked, every, dry_run)
        if answer == "q":
            break
        if answer == "a":
            accepted.append(checked.pending.question)
        elif answer == "r":
            rejected.append(pending.question.question_id)
    left = len(proposed) - len(accepted) - len(rejected)
    if not dry_run and (accepted or rejected):
        if accepted:
            merge(settings.accepted_questions, accepted)
        settle(settings.pending_questions, [*(q.question_id for q in accepted), *rejected])
    would = "would be " if dry_run else ""
    click.echo(
        f"\n{len(accepted)} {would}accepted into {settings.accepted_questions}, "
        f"{len(rejected)} rejected, {left} left in {settings.pending_questions}"
    )


def _with(known: QuestionSet, fresh: list[GoldQuestion | UnansweredQuestion]) -> QuestionSet:
    return QuestionSet(
        (*known.answerable, *(q for q in fresh if isinstance(q, GoldQuestion))),
        (*known.unanswerable, *(q for q in fresh if isinstance(q, UnansweredQuestion))),
    )


def _decision(checked: Checked, every: bool, dry_run: bool) -> str:
    """``a``, ``r``, ``l`` or ``q``; what has problems can only be rejected or left."""
    if every or dry_run:
        return "l" if checked.problems else "a"
    choices = ["r", "l", "q"] if checked.problems else ["a", "r", "l", "q"]
    answer: str = click.prompt(_ASKED, type=click.Choice(choices), default="l", err=True)
    return answer


def _lines(checked: Checked) -> Iterator[str]:
    pending, question = checked.pending, checked.pending.question
    yield f"  {question.question_id}  {question.question}"
    if isinstance(question, GoldQuestion):
        yield f"    right with: {'; '.join(' or '.join(group) for group in question.words)}"
        for span in question.spans:
            yield f"    {span.doc_id} [{span.start}:{span.end}] “{span.quote}”"
        yield f"    {question.form}, {question.difficulty}, {question.center}"
    else:
        yield f"    to be refused: {question.kind}{f', {question.center}' * bool(question.center)}"
    told = ", ".join(part for part in (pending.by, pending.made, pending.note) if part)
    if told:
        yield f"    proposed: {told}"
    for problem in checked.problems:
        yield f"    cannot be accepted: {problem}"
