"""Take generated customers through everything the program does, and gather all that it wrote and said meanwhile."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import orjson
import typer
from sqlalchemy import text
from typer.testing import CliRunner

from eval.privacy.door import Door, OpenDoor
from eval.privacy.people import Person
from eval.privacy.shop import Speaker, make_speakers, order_id_of, write_shop
from index.build import Builder
from index.encoder import Encoder
from index.follower import LiveIndex
from index.matcher import Matcher
from index.opening import make_surroundings
from index.reasons.offline import find_reasons
from kb.customers.cli import make_command
from kb.database import Database
from kb.settings import PREFIX, Settings
from kb.transfer.exporter import export_path
from kb.transfer.importer import import_path

OPEN_AND_OWN = {"database_url": "", "api_key": None, "api_keys": None, "keys_required": False, "order_source": "tables"}
NOW = datetime(2026, 11, 5, 10, 0, tzinfo=UTC)
BY_COMMAND = 3  # The command line loads everything anew each time.
# What is kept masked; the tables of customers and orders hold the shop's own data and are not looked at.
MASKED_TABLES = ("cases", "matches", "feedback", "handovers", "audit", "changes")
BAD_MATCHES: Sequence[Mapping[str, str]] = (
    {"limit": "{}"},
    {"audience": "{}"},
    {"{}": "1"},
    {"order": "{}"},
    {"now": "{}"},
)


@dataclass(slots=True)
class Gathered:
    """Everything that was written or said, by place."""

    folder: Path = field(default_factory=Path)
    texts: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, list[Path]] = field(default_factory=dict)
    requests: int = 0
    statuses: dict[int, int] = field(default_factory=dict)

    def add(self, place: str, said: str) -> None:
        """Keep one text."""
        self.texts.setdefault(place, []).append(said)


@dataclass(frozen=True, slots=True)
class Walk:
    """The generated customers, and the means to take them through everything in one folder."""

    people: Sequence[Person]
    seed: int
    encoder: Encoder
    open_door: OpenDoor
    folder: Path
    by_command: int = BY_COMMAND

    def run(self) -> Gathered:
        """Import, build, look up, match, err, judge and export; return all that came of it."""
        gathered = Gathered(self.folder)
        speakers = make_speakers(self.people, self.seed)
        write_shop(self.folder / "shop", speakers)
        settings = Settings(_env_file=None).model_copy(update={"data_dir": self.folder / "data", **OPEN_AND_OWN})
        settings.data_dir.mkdir(parents=True)
        database = Database(settings.resolved_database_url)
        log = io.StringIO()
        try:
            database.migrate()
            self._serve(settings, database, speakers, gathered, log)
            self._look_up_by_command(settings, gathered)
            export_path(database, self.folder / "export", zone=settings.zone)
            _read_tables(database, gathered)
        finally:
            database.close()
        gathered.add("log lines", log.getvalue())
        gathered.files["index files"] = sorted(path for path in settings.generations_dir.rglob("*") if path.is_file())
        kept = {"customers.jsonl", "orders.jsonl"}
        gathered.files["exported knowledge"] = [
            path for path in (self.folder / "export").iterdir() if path.name not in kept
        ]
        return gathered

    def _serve(
        self, settings: Settings, database: Database, speakers: Sequence[Speaker], gathered: Gathered, log: io.StringIO
    ) -> None:
        live = LiveIndex(database, self.encoder, settings.generations_dir, clock=lambda: NOW)
        surroundings = replace(make_surroundings(settings), clock=lambda: NOW)
        try:
            # The service's own logging is on from the first row: imports and builds log too.
            with self.open_door(settings, Matcher(live, surroundings), log) as door:
                report = import_path(database, self.folder / "shop", zone=settings.zone, now=NOW)
                gathered.add("import reports", orjson.dumps(report.to_json()).decode())
                Builder(database, self.encoder, settings.generations_dir).build(now=NOW)
                live.open()
                for speaker in speakers:
                    _visit(_Asker(door, gathered), speaker)
                gathered.add("metrics", door.ask("GET", "/metrics")[1])
        finally:
            live.close()

    def _look_up_by_command(self, settings: Settings, gathered: Gathered) -> None:
        app = typer.Typer()
        app.command()(make_command(find_reasons))
        environment = {f"{PREFIX}DATA_DIR": str(settings.data_dir), f"{PREFIX}DATABASE_URL": "", "COLUMNS": "200"}
        for person in self.people[: self.by_command]:
            for query in (person.phone, order_id_of(person), person.name):
                done = CliRunner().invoke(app, [query], env=environment)
                gathered.add("look-ups by command", done.output)


@dataclass(frozen=True, slots=True)
class _Asker:
    door: Door
    gathered: Gathered

    def ask(
        self, place: str, method: str, path: str, *, params: Mapping[str, str] | None = None, body: object = None
    ) -> str:
        status, said = self.door.ask(method, path, params=params, body=body)
        self.gathered.requests += 1
        self.gathered.statuses[status] = self.gathered.statuses.get(status, 0) + 1
        self.gathered.add("error answers" if status >= 400 else place, said)
        return said


def _visit(asker: _Asker, speaker: Speaker) -> None:
    """Do for one person what agents, widgets and broken clients do."""
    person, order_id = speaker.person, order_id_of(speaker.person)
    for query in (
        person.phone,
        f"+86 {person.phone}",
        order_id,
        person.phone[-6:],
        person.name,
        person.email,
        person.detail,
    ):
        params = {"q": query, "agent": "a-17", "reason": speaker.say("whole")}
        asker.ask("look-up answers", "GET", "/v1/customers:lookup", params=params)
    reveal = {"fields": ["phone"], "agent": "a-17", "reason": speaker.say("phone")}
    asker.ask("", "POST", f"/v1/customers/{person.phone}:reveal", body=reveal)
    asker.ask("", "POST", f"/v1/customers/{person.id}:reveal", body=reveal | {"fields": [person.phone]})
    question = f"地址写错了能改吗？{speaker.say('whole')}"
    body = {"question": question, "turns": [speaker.say("phone", "id", "card")], "order_id": order_id, "channel": "web"}
    answer = asker.ask("match answers", "POST", "/v1/match", body=body)
    _judge(asker, speaker, answer)
    left = {"question": question, "turns": [speaker.say("phone", "address")], "shown": [person.phone]}
    asker.ask("hand-over answers", "POST", "/v1/widget/handover", body=left)
    asker.ask("", "POST", "/v1/match", body=body | {"order_id": person.phone})
    asker.ask("", "POST", "/v1/match", body={"question": question, "customer": person.phone})
    for bad in BAD_MATCHES:
        filled = {name.format(person.phone): value.format(speaker.say("whole")) for name, value in bad.items()}
        asker.ask("", "POST", "/v1/match", body={"question": question, **filled})
    asker.ask("", "POST", "/v1/match", body=[question])
    asker.ask("", "POST", "/v1/notices:preview", body={"notice_id": person.phone})
    asker.ask("", "GET", f"/v1/{person.phone}/{person.name}")


def _judge(asker: _Asker, speaker: Speaker, answer: str) -> None:
    match = orjson.loads(answer)
    shown = [{"kind": solution["kind"], "id": solution["id"]} for solution in match.get("solutions", [])[:1]]
    said = speaker.say("whole")
    whole = {"request_id": match.get("request_id", "none"), "verdict": "edited", "agent": "a-17", "reply": said}
    asker.ask("feedback answers", "POST", "/v1/feedback", body=whole | {"solution": shown[0] if shown else None})
    asker.ask("", "POST", "/v1/feedback", body=whole | {"request_id": speaker.person.phone})
    asker.ask("", "POST", "/v1/feedback", body=whole | {"verdict": said})


def _read_tables(database: Database, gathered: Gathered) -> None:
    with database.read() as session:
        for table in MASKED_TABLES:
            rows = session.execute(text(f"SELECT * FROM {table}")).mappings()  # Names of our own.
            for row in rows:
                gathered.add(f"table {table}", orjson.dumps(dict(row), default=str).decode())
