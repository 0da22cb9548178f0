"""The model case and cases of our own: of an article with a plea exactly the plea goes, however the two are arranged.

The model case stands beside the project and is skipped where it is absent; none of its text is kept here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from stripper import Stripper
from tests.helpers import EXAMPLES, GOLDEN, ROOT

SEED = ROOT.parent / "shared" / "seed" / "moscow_times.txt"
SEED_CONTENT = 13  # of its lines; the others are the plea
SEED_NAMES = {"outlet": "The Moscow Times", "country": "Russia", "currency": "$"}
CASES = ROOT / "fixtures" / "cases" / "pleas.jsonl"
OTHER_NAMES = {"outlet": "The Ashgrove Sentinel", "country": "Valdania", "currency": "£"}

#: Fifty paragraphs of news, none like the other: ten events by five towns.
TOWNS = ("Kelmouth", "Thornby", "Lower Ansty", "Grevehaven", "Port Ellory")
EVENTS = (
    "A burst main left {n} households in {town} without water on Tuesday, the utility reported.",
    "The magistrate at {town} adjourned the case of the missing ferry tickets until the {n}th of next month.",
    '"Nobody told us anything," said Maud Ferris, who has run the bakery in {town} for {n} years.',
    "Police closed the coast road near {town} after a lorry carrying {n} beehives overturned.",
    "{town} beat their neighbours 3-1 before a crowd of {n} at the old quarry ground.",
    "Councillors in {town} voted by {n} to 11 to keep the library open on Saturdays.",
    "The hospital at {town} treated {n} patients for heat stroke during the festival week.",
    "Unemployment in and around {town} fell by {n} to its lowest level since the mill closed, the labour office said.",
    "Divers off {town} found the wreck of a collier that sank with {n} tons of coal in 1911.",
    "The school in {town} will reopen on Monday, {n} days after the roof was declared unsafe.",
)
MORE_NEWS = tuple(
    event.format(town=town, n=14 + 9 * number + 3 * place)
    for place, town in enumerate(TOWNS)
    for number, event in enumerate(EVENTS)
)


@dataclass(frozen=True)
class Case:
    """An article's paragraphs, its plea's, and how the two are put together."""

    content: tuple[str, ...]
    plea: tuple[str, ...]
    button: int | None
    names: tuple[tuple[str, str], ...]
    at: int
    separator: str = "\n"

    @property
    def text(self) -> str:
        return self.separator.join((*self.content[: self.at], *self.plea, *self.content[self.at :]))

    def without(self, line: int) -> Case:
        return replace(self, plea=self.plea[:line] + self.plea[line + 1 :])

    def renamed(self, *what: str) -> Case:
        """Give another outlet, country or currency to the plea and the article."""
        new = self
        for name, old in self.names:
            if name in what:
                content = tuple(line.replace(old, OTHER_NAMES[name]) for line in new.content)
                new = replace(new, content=content, plea=tuple(p.replace(old, OTHER_NAMES[name]) for p in new.plea))
        return new


def cases() -> Iterator[tuple[str, Case]]:
    """Read our own cases and, if it is there, the model case; each with its plea at the end."""
    for line in CASES.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        names = tuple((name, record[name]) for name in OTHER_NAMES)
        content = tuple(record["content"])
        yield (
            record["id"].removeprefix("case/"),
            Case(content, tuple(record["plea"]), record["button"], names, len(content)),
        )
    if SEED.is_file():
        lines = tuple(SEED.read_text(encoding="utf-8").rstrip("\n").split("\n"))
        plea = lines[SEED_CONTENT:]
        yield (
            "seed",
            Case(lines[:SEED_CONTENT], plea, len(plea) - 1, tuple(SEED_NAMES.items()), SEED_CONTENT),
        )


def variations(case: Case) -> Iterator[tuple[str, Case]]:
    """Arrange a case in every way in which the plea alone must go."""
    middle = len(case.content) // 2
    yield "at the end", case
    yield "at the top", replace(case, at=0)
    yield "in the middle", replace(case, at=middle)
    for line in range(len(case.plea)):
        yield f"without line {line}", case.without(line)
    if case.button is not None:
        yield "without the button", case.without(case.button)
        yield "without the button, in the middle", replace(case.without(case.button), at=middle)
    yield "other outlet", case.renamed("outlet")
    yield "other country", case.renamed("country")
    yield "other currency", case.renamed("currency")
    yield "all names other", case.renamed(*OTHER_NAMES)
    yield "Windows line ends", replace(case, separator="\r\n")
    yield "blank lines between", replace(case, separator="\n\n")
    yield "blank lines between, Windows line ends", replace(case, separator="\r\n\r\n")
    yield (
        "after 50 paragraphs of news",
        replace(case, content=MORE_NEWS + case.content, at=case.at + len(MORE_NEWS)),
    )
    yield "the article alone", replace(case, plea=())


def everything() -> Iterator[tuple[str, Case]]:
    for name, case in cases():
        for variation, arranged in variations(case):
            yield f"{name}: {variation}", arranged


VARIATIONS = dict(everything())


@pytest.fixture(scope="module")
def stripper() -> Stripper:
    return Stripper()


@pytest.mark.parametrize("name", VARIATIONS)
def test_exactly_the_plea_goes(name: str, stripper: Stripper) -> None:
    case = VARIATIONS[name]
    decided = stripper.clean(case.text, format="text")
    wrong = [p.text for p in decided.paragraphs if p.removed != (p.text in case.plea)]
    assert wrong == []
    assert stripper.strip(case.text) == case.separator.join(case.content)


@pytest.mark.skipif(not SEED.is_file(), reason="the model case stands beside the project only")
def test_of_the_model_case_the_last_eight_lines_go_and_the_rest_stays_byte_for_byte() -> None:
    text = SEED.read_bytes().decode("utf-8")
    lines = text.splitlines(keepends=True)
    assert len(lines) == SEED_CONTENT + 8
    kept = "".join(lines[:SEED_CONTENT]).removesuffix("\n")  # as the text itself, which ends without a line end
    assert Stripper().strip(text).encode() == kept.encode()


def test_there_are_five_cases_of_our_own_in_more_than_one_language() -> None:
    records = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
    assert len(records) >= 5
    assert len({record["lang"] for record in records}) >= 2
    assert len(set(MORE_NEWS)) == 50


def test_no_case_is_trained_on() -> None:
    ours = {line for _, case in cases() for line in (*case.content, *case.plea) if len(line) > 30}
    for path in (*EXAMPLES.rglob("*.jsonl"), *GOLDEN.rglob("*.jsonl")):
        text = path.read_text(encoding="utf-8")
        assert "Moscow Times" not in text, path
        for line in text.splitlines():
            assert not ours & set(json.loads(line)["paragraphs"]), path
