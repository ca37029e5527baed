"""`xianzhi index` and `xianzhi match`: prepare the encoder, build the index, ask it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import orjson
import typer
from pydantic import ValidationError
from rich.box import MARKDOWN
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Table

from index.adaptation.sayings import read_intents
from index.build import Builder, Progress
from index.cores import count_cores
from index.opening import find_serving_generation, open_encoder, open_matcher
from index.precision import LENGTHS, compare_precisions, open_precisions, open_variants, read_texts
from index.prepared import CHANGE_FILE, find_prepared
from index.screen import show_result
from index.solutions import MatchRequest
from kb.articles.models import Audience
from kb.changes import NEWEST_REVISION
from kb.database import open_database
from kb.errors import InvalidInput
from kb.orders.order import Order
from kb.settings import Settings

app = typer.Typer(help="Prepare the encoder, build the index.", no_args_is_help=True)
STEPS = {
    "read": "reading the knowledge base",
    "encode": "encoding passages",
    "terms": "indexing terms",
    "match": "matching",
    "learn": "reading questions",
    "mine": "mining hard negatives",
    "train": "training",
    "blend": "blending old and new weights",
    "before": "asking the encoder that serves",
    "adapted": "asking the adapted one",
}


@app.command()
def prepare(
    model: Annotated[str | None, typer.Option(help="`bundled`, a folder, or a hub name; default: the setting.")] = None,
) -> None:
    """Turn the encoder into the files that serving reads; needs the `prepare` extra (torch), once."""
    from index.export import prepare_model  # The only way to torch: nothing that serves comes by here.

    settings = Settings()
    console = Console(stderr=True)
    with console.status("preparing the encoder") as status:
        folder = prepare_model(model or settings.model, settings.model_dir, on_progress=status.update)
    typer.echo(f"encoder: {folder}")


@app.command()
def build() -> None:
    """Build a generation of the index from the database; unchanged texts are not encoded again."""
    settings = Settings()
    encoder = open_encoder(settings, threads=count_cores())
    with open_database(settings) as database, show_progress() as on_progress:
        builder = Builder(database, encoder, settings.generations_dir)
        manifest = builder.build(now=settings.find_now(), on_progress=on_progress)
    typer.echo(f"generation {manifest.name}: {manifest.items} items, {manifest.headings + manifest.passages} vectors")


@app.command()
def status() -> None:
    """Say which generation serves and how far it lies behind the database."""
    settings = Settings()
    with open_database(settings) as database:
        revision = database.read_number(NEWEST_REVISION)
        newest = find_serving_generation(settings, database)
    if newest is None:
        typer.echo(f"no generation fits; the database is at revision {revision}. Run `xianzhi index build`.")
        raise typer.Exit(1)
    manifest = newest[1]
    typer.echo(f"generation {manifest.name}: {manifest.items} items, revision {manifest.revision} of {revision}")


@app.command("compare-precision")
def compare_precision(
    texts: Annotated[Path | None, typer.Argument(help="One text a line; default: the sample's questions.")] = None,
    variants: Annotated[bool, typer.Option("--variants", help="Make and compare every way to quantise.")] = False,
) -> None:
    """Show what int8 keeps of the float vectors on your own texts, and what it gains in time."""
    settings = Settings()
    lines = read_texts(texts)
    folder = find_prepared(settings.model, settings.model_dir)
    candidates = (open_variants if variants else open_precisions)(folder, threads=settings.encoder_threads)
    table = Table(title=f"{len(lines)} texts, threads: {settings.encoder_threads}", title_justify="left", box=MARKDOWN)
    table.add_column("variant")
    times = (f"{length} tokens, ms" for length in LENGTHS)
    for heading in ("MB", "cosine mean", "min", "nearest kept", *times, "passages/s"):
        table.add_column(heading, justify="right")
    with Console(stderr=True).status("measuring"):
        for row in compare_precisions(lines, candidates):
            cosines = (f"{value:.4f}" for value in (row.cosine_mean, row.cosine_min))
            milliseconds = (f"{row.milliseconds[length]:.1f}" for length in LENGTHS)
            kept, speed = f"{row.neighbours_kept:.1%}", f"{row.passages_per_second:.0f}"
            table.add_row(row.variant, f"{row.megabytes:.0f}", *cosines, kept, *milliseconds, speed)
    Console(width=140).print(table)  # Wider than it needs: a wrapped cell would break the table where it is pasted.


@app.command("train-bundled")
def train_bundled(
    sayings: Annotated[Path, typer.Argument(help="A folder of intents and what people say for them, as JSONL files.")],
    out: Annotated[
        Path | None, typer.Argument(help="Where to write what was learnt; default: where it is used.")
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, max=100, help="Times that every saying is seen.")] = 3,
    share: Annotated[float, typer.Option(min=0.05, max=1.0, help="Of the learnt change, how much is kept.")] = 0.7,
) -> None:
    """Teach the bundled encoder anew how customers speak; needs the `prepare` extra, and about an hour of a CPU."""
    from index.adaptation.low_rank import Tuition, train_change  # Beside `prepare` the only way to torch.
    from index.bundled import unpack_bundled
    from index.weights_change import write_change

    settings = Settings()
    intents = read_intents(sayings)
    source = unpack_bundled(settings.model_dir, as_packed=True)
    with show_progress() as on_progress:
        layers = train_change(str(source), intents, Tuition(epochs=epochs), on_progress=on_progress)
    out = out or CHANGE_FILE
    write_change(out, {name: (share * up, down) for name, (up, down) in layers.items()})
    typer.echo(f"{out}: {len(layers)} layers, learnt from {sum(len(i.says) for i in intents):,} sayings")


def match(
    said: Annotated[list[str], typer.Argument(help="What the customer asks; what was said before it may stand first.")],
    order: Annotated[str | None, typer.Option(help="The order's id, or a file with the order as JSON.")] = None,
    public: Annotated[bool, typer.Option("--public", help="See only what a customer may see.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Write the answer as the HTTP API would.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show what each source gave.")] = False,
) -> None:
    """Match a question, and its order if given, to ranked solutions."""
    settings = Settings()
    given = _read_order(order)
    request = MatchRequest(
        question=said[-1],
        turns=said[:-1],
        order=given if isinstance(given, Order) else None,
        order_id=given if isinstance(given, str) else None,
        channel="command_line",
        audience=Audience.PUBLIC if public else Audience.INTERNAL,
    )
    with show_progress() as on_progress, open_matcher(settings, on_progress=on_progress) as matcher:
        result = matcher.match(request)
    if json:
        typer.echo(orjson.dumps(result, option=orjson.OPT_INDENT_2).decode())
    else:
        show_result(result, Console(), explain=explain)


def update_index() -> None:
    """Bring the index up to a changed database, where the encoder is prepared; says so where it is not."""
    settings = Settings()
    encoder = open_encoder(settings)
    with open_database(settings) as database, show_progress() as on_progress:
        Builder(database, encoder, settings.generations_dir).build(now=settings.find_now(), on_progress=on_progress)


@contextmanager
def show_progress() -> Iterator[Progress]:
    """Yield a function that draws the progress of long work on a terminal, and is silent elsewhere."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        tasks: dict[str, TaskID] = {}

        def show(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bar.add_task(STEPS.get(step, step), total=total)
            bar.update(tasks[step], completed=done, total=total)

        yield show


def _read_order(text: str | None) -> Order | str | None:
    """Return the order in a file, or the id as it is."""
    if text is None or not Path(text).is_file():
        return text
    try:
        return Order.model_validate_json(Path(text).read_bytes())
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "order"
        raise InvalidInput(f"{text}: {place}: {first['msg']}") from error
