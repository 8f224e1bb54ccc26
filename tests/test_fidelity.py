from pathlib import Path

import pytest

from eval.fidelity import FidelityReport, check
from rag.errors import CorpusError


def report(tmp_path: Path, seeds: dict[str, str], pages: dict[str, str]) -> FidelityReport:
    for folder, files in (("seeds", seeds), ("corpus", pages)):
        (tmp_path / folder).mkdir()
        for name, text in files.items():
            path = tmp_path / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return check(tmp_path / "seeds", tmp_path / "corpus")


def lost(tmp_path: Path, seed: str, page: str) -> list[tuple[str, str]]:
    found = report(tmp_path, {"a.txt": seed}, {"a.md": page}).lost
    return [(fact.kind, fact.text) for fact in found]


def copied(tmp_path: Path, seed: str, page: str) -> list[str]:
    return [run.words for run in report(tmp_path, {"a.txt": seed}, {"a.md": page}).copied]


def test_a_page_that_keeps_every_fact_loses_nothing(tmp_path: Path) -> None:
    seed = "In May 2011 the Lake Center is led by Professor Ann Roe and has 12 rooms."
    page = "Professor Ann Roe leads the Lake Center. The center opened in May 2011 with 12 rooms."
    assert lost(tmp_path, seed, page) == []


def test_a_missing_name_is_listed(tmp_path: Path) -> None:
    seed = "The lab is led by Ann Roe and Bo Lind."
    assert lost(tmp_path, seed, "The lab is led by Ann Roe.") == [("name", "bo lind")]


def test_a_missing_number_is_listed(tmp_path: Path) -> None:
    seed = "the lab has 62.9474 million yuan and 12 rooms."
    assert lost(tmp_path, seed, "the lab has 12 rooms.") == [("number", "62947400")]


def test_a_number_that_stands_too_seldom_is_listed(tmp_path: Path) -> None:
    seed = "there are 2 boats, 2 nets and 2 tanks."
    assert lost(tmp_path, seed, "there are 2 boats and nets, and 2 tanks.") == [("number", "2")]


def test_a_missing_day_of_a_date_is_listed(tmp_path: Path) -> None:
    page = "it opened in December 2019."
    assert lost(tmp_path, "opened on December 25, 2019", page) == [("date", "2019-12-25")]


def test_a_web_address_is_one_fact(tmp_path: Path) -> None:
    seed = "see https://lake.example/2/F0/Boats.html for boats"
    assert lost(tmp_path, seed, "boats") == [("address", "https://lake.example/2/F0/Boats.html")]


@pytest.mark.parametrize(
    ("seed", "page"),
    [
        ("on Aug 28, 2023 it rained", "on 28 August 2023 it rained"),
        ("on 2023-08-28 it rained", "on August 28th, 2023 it rained"),
        ("in Sept. 2011 it rained", "in September 2011 it rained"),
        ("made the choice in September 2011to build", "in September 2011 it was built"),
    ],
)
def test_date_forms_are_the_same_date(tmp_path: Path, seed: str, page: str) -> None:
    assert lost(tmp_path, seed, page) == []


@pytest.mark.parametrize(
    ("seed", "page"),
    [
        ("two boats", "2 boats"),
        ("the tenth level", "level 10"),
        ("the 4th round", "the fourth round"),
        ("forty-two boats", "42 boats"),
        ("3000m2 of land", "3,000 m2 of land"),
        ("ten thousand boats", "10,000 boats"),
    ],
)
def test_number_forms_are_the_same_number(tmp_path: Path, seed: str, page: str) -> None:
    assert lost(tmp_path, seed, page) == []


@pytest.mark.parametrize(
    ("seed", "page"),
    [
        ("the AssociateDean came", "the Associate Dean came"),
        ("from Yuhang Districtand others", "Yuhang District and others"),
        ("an institute of Technologyof note", "an institute of Technology and of note"),
        ("the “Lake’s Edge” prize", 'the "Lake\'s Edge" prize'),
        ("the Double First-\nClass plan", "the Double First-Class plan"),
        ("its R & D Fund", "its R&D Fund"),
        ("the Ministry of the Sea", "the Ministry of Sea"),
    ],
)
def test_typesetting_does_not_lose_a_name(tmp_path: Path, seed: str, page: str) -> None:
    assert lost(tmp_path, seed, page) == []


def test_a_glued_name_that_the_page_lacks_is_still_listed(tmp_path: Path) -> None:
    page = "he asked an off man at a hick on a hill"
    assert lost(tmp_path, "he asked Ian Hickson", page) == [("name", "ian hickson")]


def test_a_common_word_at_the_start_of_a_sentence_is_no_name(tmp_path: Path) -> None:
    seed = "Boats are kept here. Nets are kept here too."
    assert lost(tmp_path, seed, "we keep boats and nets") == []


def test_an_enumerator_or_figure_number_is_no_number(tmp_path: Path) -> None:
    seed = "1. boats\n2. nets\n\nFig.7 Ann Roe at work."
    assert lost(tmp_path, seed, "boats, nets, and Ann Roe") == []


def test_a_name_in_a_caption_counts_and_is_marked_as_noise(tmp_path: Path) -> None:
    found = report(tmp_path, {"a.txt": "boats\n\nFig. 7 Ann Roe"}, {"a.md": "boats"}).lost
    assert [(fact.text, fact.in_noise) for fact in found] == [("ann roe", True)]


def test_a_name_in_text_and_caption_is_not_marked_as_noise(tmp_path: Path) -> None:
    seed = "boats of Ann Roe\n\nFig. 7 Ann Roe"
    found = report(tmp_path, {"a.txt": seed}, {"a.md": "boats"}).lost
    assert [fact.in_noise for fact in found] == [False]


def test_a_fact_in_the_front_matter_is_not_lost(tmp_path: Path) -> None:
    page = '---\ntitle: Lake Center\ndate: "2023-08-28"\n---\n\nboats\n'
    assert lost(tmp_path, "boats of the Lake Center on Aug 28, 2023", page) == []


def test_a_name_that_only_an_alias_keeps_is_lost(tmp_path: Path) -> None:
    page = "---\naliases:\n  - Lake Center\n---\n\nboats\n"
    assert lost(tmp_path, "boats of the Lake Center", page) == [("name", "lake center")]


def test_a_name_on_the_page_of_another_seed_is_lost(tmp_path: Path) -> None:
    seeds = {"a.txt": "boats and nets of Ann Roe", "b.txt": "stars and moons of Ann Roe"}
    pages = {"x/a.md": "boats and nets of Ann Roe", "x/b.md": "stars and moons"}
    found = report(tmp_path, seeds, pages)
    assert [(fact.seed, fact.text) for fact in found.lost] == [("b.txt", "ann roe")]


def test_one_seed_may_be_spread_over_two_pages(tmp_path: Path) -> None:
    pages = {"a.md": "boats of Ann Roe", "b.md": "nets of Bo Lind"}
    found = report(tmp_path, {"a.txt": "boats of Ann Roe and nets of Bo Lind"}, pages)
    assert found.lost == ()
    assert dict(found.pairs) == {"a.md": "a.txt", "b.md": "a.txt"}


def test_a_seed_without_a_page_loses_everything(tmp_path: Path) -> None:
    found = report(tmp_path, {"a.txt": "we saw Ann Roe"}, {})
    assert [fact.text for fact in found.lost] == ["ann roe"]


def test_a_readme_is_neither_seed_nor_page(tmp_path: Path) -> None:
    assert (
        report(tmp_path, {"README.md": "by Ann Roe", "a.txt": "nets"}, {"a.md": "nets"}).lost == ()
    )


EIGHT = "the quick boats sail over the quiet lakes"


def test_eight_shared_words_are_a_copy(tmp_path: Path) -> None:
    assert copied(tmp_path, f"today {EIGHT} here", f"we know {EIGHT} daily") == [EIGHT]


def test_seven_shared_words_are_not_a_copy(tmp_path: Path) -> None:
    assert copied(tmp_path, EIGHT, EIGHT.replace("quiet", "still")) == []


def test_a_longer_run_is_listed_once_and_whole(tmp_path: Path) -> None:
    longer = f"{EIGHT} and far beyond"
    assert copied(tmp_path, longer, longer) == [longer]


def test_two_runs_of_one_page_are_listed_apart(tmp_path: Path) -> None:
    other = "some slow carts roll under an old bridge"
    assert copied(tmp_path, f"{EIGHT} now {other}", f"{EIGHT} then {other}") == [EIGHT, other]


@pytest.mark.parametrize(
    "seed",
    [
        "the quick boats sailover the quiet lakes",
        "the quick boats\nsail over the quiet lakes",
        "The quick boats - sail over: the “quiet” lakes!",
    ],
)
def test_glue_line_ends_and_punctuation_do_not_hide_a_copy(tmp_path: Path, seed: str) -> None:
    assert copied(tmp_path, seed, EIGHT) == [EIGHT]


def test_a_copy_across_list_items_is_found(tmp_path: Path) -> None:
    page = "- the quick boats sail\n- over the quiet lakes\n"
    assert copied(tmp_path, EIGHT, page) == [EIGHT]


def test_a_long_name_is_not_a_copy(tmp_path: Path) -> None:
    name = "State Key Laboratory of High-level Boats and Nets for the Quiet Lakes"
    assert copied(tmp_path, f"at the {name}", f"in the {name}") == []


def test_a_name_that_only_the_page_capitalises_is_not_a_copy(tmp_path: Path) -> None:
    seed = "by the Ministry of boats and nets of the quiet lakes"
    assert copied(tmp_path, seed, seed.title().replace("Of", "of").replace("The", "the")) == []


def test_a_copy_from_another_pages_seed_is_found(tmp_path: Path) -> None:
    seeds = {"a.txt": f"Ann Roe says {EIGHT}", "b.txt": "stars and moons and suns of Bo Lind"}
    pages = {"b.md": f"stars and moons and suns of Bo Lind where {EIGHT}"}
    found = report(tmp_path, seeds, pages)
    assert ("a.txt", "b.md", EIGHT) in [(run.seed, run.page, run.words) for run in found.copied]


def test_a_missing_folder_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    with pytest.raises(CorpusError, match="seeds"):
        check(tmp_path / "seeds", tmp_path / "corpus")
