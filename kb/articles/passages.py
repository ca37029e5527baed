"""From an article's version to the item that is indexed."""

from __future__ import annotations

from kb.articles.models import Article, ArticleVersionRow, Audience, Basis
from kb.changes import ItemKind
from kb.items import Item, ItemKey, Passage
from kb.text.passages import Section, split_passages

SHORT_BODY_CHARACTERS = 200


def make_article_item(article: Article | ArticleVersionRow) -> Item:
    """Return the item of an article's version: its title and question variants, and the passages of its body."""
    article_id = article.id if isinstance(article, Article) else article.article_id
    return Item(
        key=ItemKey(ItemKind.ARTICLE, article_id, article.version or 1),
        headings=tuple(dict.fromkeys((article.title, *article.questions, *_list_openings(article)))),
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


def _list_openings(article: Article | ArticleVersionRow) -> list[str]:
    """Return the body where it is all the title was taken from: a short text without a title is its own heading."""
    is_its_own_title = article.body.startswith(article.title) and len(article.body) <= SHORT_BODY_CHARACTERS
    return [article.body] if is_its_own_title else []


def make_passages(title: str, body: str) -> tuple[Passage, ...]:
    """Return the passages of a body, each embedded under the title and its own heading; the title if all is empty."""
    sections = split_passages(body)
    if not sections:
        return (Passage(shown=title, text=title),)
    return tuple(Passage(shown=section.text, text=_put_under(title, section)) for section in sections)


def _put_under(title: str, section: Section) -> str:
    """Return the text to embed: with title and heading, unless the text begins with that title itself."""
    if section.text.startswith(title):
        return section.text
    return "\n".join(filter(None, (title, section.heading, section.text)))
