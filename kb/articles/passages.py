"""From an article's version to the item that is indexed."""

from __future__ import annotations

from kb.articles.models import Article, ArticleVersionRow, Audience, Basis
from kb.changes import ItemKind
from kb.items import Item, ItemKey, Passage
from kb.text.passages import split_passages


def make_article_item(article: Article | ArticleVersionRow) -> Item:
    """Return the item of an article's version: its title and question variants, and the passages of its body."""
    article_id = article.id if isinstance(article, Article) else article.article_id
    return Item(
        key=ItemKey(ItemKind.ARTICLE, article_id, article.version or 1),
        headings=tuple(dict.fromkeys((article.title, *article.questions))),
        passages=make_passages(article.title, article.body),
        audience=Audience(article.audience),
        language=article.language,
        category=tuple(article.category),
        labels=(*article.tags, *article.products),
        basis=Basis(article.basis),
        effective_from=article.effective_from,
        effective_to=article.effective_to,
        applies_when=article.applies_when,
    )


def make_passages(title: str, body: str) -> tuple[Passage, ...]:
    """Return the passages of a body, each embedded under the title and its own heading; the title if all is empty."""
    sections = split_passages(body)
    if not sections:
        return (Passage(shown=title, text=title),)
    return tuple(
        Passage(shown=section.text, text="\n".join(filter(None, (title, section.heading, section.text))))
        for section in sections
    )
