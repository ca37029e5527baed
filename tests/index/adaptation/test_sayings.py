import json
import random
from pathlib import Path

import pytest

from index.adaptation.sayings import Intent, make_pairs, plan_topics, read_intents
from kb.errors import InvalidInput

SAYINGS = Path(__file__).parents[3] / "data" / "sayings"


def intent(number: int, topic: str = "parcels") -> Intent:
    return Intent(topic=topic, title=f"t{number}", answer=f"a{number}", says=tuple(f"{number}-{n}" for n in range(4)))


def write(folder: Path, *rows: dict[str, object]) -> Path:
    (folder / "one.jsonl").write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    return folder


def test_each_saying_is_paired_with_another_of_its_own_intent() -> None:
    pairs = make_pairs([intent(0), intent(1)], "query: ", "passage: ", random.Random(1))
    sayings = [pair for pair in pairs if pair[2].startswith("query: ") and "t" not in pair[2]]
    assert sorted(one for number, one, _ in sayings if number == 0) == [f"query: 0-{n}" for n in range(4)]
    assert all(one != other and other.startswith(f"query: {number}-") for number, one, other in sayings)
    answers = [other for number, _, other in pairs if number == 1 and other.startswith("passage: ")]
    assert len(answers) == 3
    assert set(answers) <= {"passage: a1", "passage: t1\na1"}


def test_a_batch_holds_no_intent_twice_and_topics_lie_together() -> None:
    intents = [intent(n, topic=f"topic {n // 4}") for n in range(40)]
    chance = random.Random(2)
    batches = plan_topics(intents, make_pairs(intents, "", "", chance), 8, chance)
    for batch in batches:
        numbers = [number for number, _, _ in batch]
        assert len(set(numbers)) == len(numbers) <= 8
    # Eight of 40 drawn at random would come from six or seven of the ten topics.
    topics = [len({intents[number].topic for number, _, _ in batch}) for batch in batches]
    assert sum(topics) / len(topics) < 4.5


def test_a_line_that_is_no_intent_is_named(tmp_path: Path) -> None:
    good = intent(0).model_dump()
    with pytest.raises(InvalidInput, match=r"one\.jsonl, line 2: says"):
        read_intents(write(tmp_path, good, {**good, "says": ["x"]}))
    with pytest.raises(InvalidInput, match="it has 1"):
        read_intents(write(tmp_path, good))


def test_the_sayings_that_the_bundled_encoder_learnt_from_can_be_read() -> None:
    intents = read_intents(SAYINGS)
    assert len(intents) > 1_500
    assert sum(len(intent.says) for intent in intents) > 15_000
