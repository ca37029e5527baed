"""A match result on a terminal, laid out to be taken in at a glance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from index.explanation import CONTEXT_SCORE
from index.fusion import Source
from index.solutions import Highlight, MatchResult, Solution
from index.wording import Rewording

BAR_CELLS = 10
MARKS = {"met": ("✓", "green"), "unmet": ("✗", "red"), "unknown": ("?", "yellow")}
UNSURE = "没有把握，以下最接近 · Not sure; these are the nearest"
HAND_OVER = "没有把握，请转人工 · Not sure: hand the customer over"
SCORE_HEADINGS = {
    CONTEXT_SCORE: "order",
    Source.DENSE_HEADING: "heading\nvector",
    Source.DENSE_PASSAGE: "passage\nvector",
    Source.LEXICAL_HEADING: "heading\nterms",
    Source.LEXICAL_FULL: "text\nterms",
    Source.IDENTIFIER: "exact\nid",
}
NOTHING = "-"


def show_result(result: MatchResult, console: Console, *, explain: bool) -> None:
    """Print the solutions, what to ask and the notices; with `explain`, what each source gave and why."""
    for notice in result.notices:
        console.print(
            Panel(
                Text(notice.wording or notice.title),
                title=Text(f"公告 · {notice.title}"),
                border_style="yellow",
            )
        )
    if result.rewordings:
        console.print(Text.assemble(("读作 · read as  ", "bold"), "; ".join(say_rewordings(result.rewordings))))
    if not result.solutions:
        console.print("没有找到方案 · Nothing found. Import articles with `xianzhi kb import`.")
    elif not result.answered:
        console.print(Text(HAND_OVER if result.hand_over else UNSURE, style="bold yellow"))
    for solution in result.solutions:
        console.print(_panel(solution))
    if usual := result.remedies:
        words = f"{usual.remedy}  ({usual.count}/{usual.total})"
        console.print(Text.assemble(("以往做法 · usually  ", "bold"), words))
    for ask in result.ask:
        worth = f"  ({ask.fact}, +{ask.gain:.0%}: {', '.join(ask.separates)})" if ask.gain else f"  ({ask.fact})"
        console.print(Text.assemble(("可以问 · ask  ", "bold"), ask.question, (worth, "dim")))
    if explain and result.solutions:
        console.print(_scores(result.solutions))
        console.print(_reasons(result.solutions))
    console.print(Text(f"{sum(result.timing.values()):.1f} ms · {result.generation}", style="dim"))


def say_rewordings(rewordings: Iterable[Rewording]) -> list[str]:
    """Return what was read otherwise than written, a line for all that one stretch of the question is read as."""
    read_as: dict[tuple[str, str], list[str]] = {}
    for one in rewordings:
        read_as.setdefault((one.written, one.how.value), []).append(one.read_as)
    return [f"{written} → {' / '.join(words)}, {how}" for (written, how), words in read_as.items()]


def list_matched_words(solution: Solution) -> list[str]:
    """Return the highlighted words, each once, in the order they are met."""
    texts = {"title": solution.title, "snippet": solution.snippet}
    return list(dict.fromkeys(texts[one.field][one.start : one.end] for one in solution.highlights))


def _panel(solution: Solution) -> Panel:
    filled = round(solution.confidence * BAR_CELLS)
    bar = "█" * filled + "░" * (BAR_CELLS - filled)
    lines: list[RenderableType] = [
        _mark(solution.snippet, solution.highlights, "snippet"),
        *_conditions(solution),
    ]
    if solution.reply.text:
        lines.append(Text(f"↳ {solution.reply.text}", style="cyan"))
    if solution.reply.missing:
        lines.append(Text(f"待补充 · to fill: {', '.join(solution.reply.missing)}", style="yellow"))
    if solution.copies:
        lines.append(Text(f"= {', '.join(solution.copies)}", style="dim"))
    title = Text(f"{solution.rank}. ").append_text(_mark(solution.title, solution.highlights, "title"))
    footer = f"{solution.id} v{solution.version} · {solution.audience.value} · {bar} {solution.confidence:.0%}"
    return Panel(Group(*lines), title=title, title_align="left", subtitle=Text(footer), subtitle_align="right")


def _conditions(solution: Solution) -> list[Text]:
    return [Text(f"{MARKS[one.state][0]} {one.text}", style=MARKS[one.state][1]) for one in solution.conditions]


def _mark(text: str, highlights: Sequence[Highlight], field: str) -> Text:
    marked = Text(text)
    for highlight in highlights:
        if highlight.field == field:
            marked.stylize("bold underline", highlight.start, highlight.end)
    return marked


def _scores(solutions: Sequence[Solution]) -> Table:
    table = Table(title="得分 · score parts", title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("#", justify="right")
    table.add_column("solution", overflow="fold")
    for heading in ("sure", "score", *SCORE_HEADINGS.values()):
        table.add_column(heading, justify="right", no_wrap=True)
    for solution in solutions:
        parts = [
            f"{solution.scores[name]:+.2f}" if name == CONTEXT_SCORE else f"{solution.scores[name]:.2f}"
            for name in SCORE_HEADINGS
        ]
        table.add_row(
            str(solution.rank),
            Text(f"{solution.id} v{solution.version}"),
            f"{solution.confidence:.0%}",
            f"{solution.score:.2f}",
            *parts,
        )
    return table


def _reasons(solutions: Sequence[Solution]) -> Table:
    table = Table(title="理由 · reasons", title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("#", justify="right")
    for heading in ("conditions", "matched words", "found by"):
        table.add_column(heading, overflow="fold")
    for solution in solutions:
        conditions = _conditions(solution)
        table.add_row(
            str(solution.rank),
            Group(*conditions) if conditions else NOTHING,
            Text(" ".join(list_matched_words(solution)) or NOTHING),
            Text("\n".join(say_rewordings(solution.found_by)) or NOTHING),
        )
    return table
