"""A match result on a terminal, laid out to be taken in at a glance."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from index.solutions import Highlight, MatchResult, Solution

BAR_CELLS = 10
MARKS = {"met": ("✓", "green"), "unmet": ("✗", "red"), "unknown": ("?", "yellow")}


def show_result(result: MatchResult, console: Console, *, explain: bool) -> None:
    """Print the solutions, what to ask and the notices; with `explain`, what each source gave."""
    for notice in result.notices:
        console.print(
            Panel(Text(notice.wording or notice.title), title=f"公告 · {notice.title}", border_style="yellow")
        )
    if not result.solutions:
        console.print("没有找到方案 · Nothing found. Import articles with `xianzhi kb import`.")
    elif not result.answered:
        console.print(Text("没有把握，以下最接近 · Not sure; these are the nearest", style="bold yellow"))
    for solution in result.solutions:
        console.print(_panel(solution))
    for ask in result.ask:
        console.print(Text.assemble(("可以问 · ask  ", "bold"), ask.question, (f"  ({ask.fact})", "dim")))
    if explain and result.solutions:
        console.print(_scores(result))
    console.print(Text(f"{sum(result.timing.values()):.1f} ms · {result.generation}", style="dim"))


def _panel(solution: Solution) -> Panel:
    filled = round(solution.confidence * BAR_CELLS)
    bar = "█" * filled + "░" * (BAR_CELLS - filled)
    lines: list[RenderableType] = [_mark(solution.snippet, solution.highlights, "snippet")]
    for reason in solution.conditions:
        mark, colour = MARKS[reason.state]
        lines.append(Text(f"{mark} {reason.text}", style=colour))
    lines.append(Text(f"↳ {solution.reply.text}", style="cyan"))
    if solution.reply.missing:
        lines.append(Text(f"待补充 · to fill: {', '.join(solution.reply.missing)}", style="yellow"))
    title = Text(f"{solution.rank}. ").append_text(_mark(solution.title, solution.highlights, "title"))
    footer = f"{solution.id} v{solution.version} · {solution.audience.value} · {bar} {solution.confidence:.0%}"
    return Panel(Group(*lines), title=title, title_align="left", subtitle=footer, subtitle_align="right")


def _mark(text: str, highlights: object, field: str) -> Text:
    marked = Text(text)
    for highlight in highlights if isinstance(highlights, list) else []:
        if isinstance(highlight, Highlight) and highlight.field == field:
            marked.stylize("bold underline", highlight.start, highlight.end)
    return marked


def _scores(result: MatchResult) -> Table:
    table = Table(title="score parts", title_justify="left")
    table.add_column("id")
    table.add_column("score", justify="right")
    names = list(result.solutions[0].scores)
    for name in names:
        table.add_column(name.replace("_", " "), justify="right")
    for solution in result.solutions:
        values = (f"{solution.scores[name]:.3f}" for name in names)
        table.add_row(solution.id, f"{solution.score:.3f}", *values)
    return table
