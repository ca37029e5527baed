// What the service sends, taken apart: beyond here everything has the form that it should have, whatever was sent.

const MOST_TEXT = 200_000;

const text = (value) => (typeof value === "string" ? value.slice(0, MOST_TEXT) : Number.isFinite(value) ? String(value) : "");
const object = (value) => (value !== null && typeof value === "object" ? value : {});
const list = (value, most, read) => (Array.isArray(value) ? value.slice(0, most).map(read).filter(Boolean) : []);

/** Return suggestions: `{id, title, stretches}`, where stretches are `[start, end]` in characters. */
export function readSuggestions(answer) {
  return list(object(answer).suggestions, 10, (value) => {
    const { id, title, highlights } = object(value);
    const found = { id: text(id), title: text(title), stretches: list(highlights, 50, readStretch) };
    return found.id && found.title ? found : null;
  });
}

function readStretch(value) {
  const [start, end] = Array.isArray(value) ? value : [];
  return Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start < end ? [start, end] : null;
}

/** Return the answer to a question. */
export function readAnswer(answer) {
  const { request_id: requestId, answered, hand_over: handOver, answers, ask, order, orders, notices } = object(answer);
  return {
    requestId: text(requestId),
    isAnswered: answered === true,
    wantsPerson: handOver === true,
    answers: list(answers, 3, readText),
    asked: list(ask, 1, (value) => text(object(value).question))[0] ?? "",
    order: readOrder(order),
    orders: list(orders, 5, readOrder),
    notices: list(notices, 3, (value) => {
      const { id, title, text: body } = object(value);
      return { id: text(id), title: text(title), body: text(body) };
    }),
  };
}

/** Return one article as an answer. */
export function readArticle(answer) {
  const { answer: article, ...rest } = object(answer);
  return readAnswer({ ...rest, answered: true, answers: [article] });
}

function readText(value) {
  const { id, title, html, text: plain, fits_order: fitsOrder, applies, missing, source } = object(value);
  const from = object(source);
  if (!text(id)) return null;
  return {
    id: text(id),
    title: text(title),
    html: text(html),
    plain: text(plain),
    fitsOrder: fitsOrder === true,
    isDoubtful: applies === "unmet",
    missing: list(missing, 10, text),
    source: { title: text(from.title), version: text(from.version), from: readDay(from.valid_from), to: readDay(from.valid_to) },
  };
}

const readDay = (value) => /^\d{4}-\d{2}-\d{2}/.exec(text(value))?.[0] ?? "";

function readOrder(value) {
  const { id, label, state, news } = object(value);
  return text(id) ? { id: text(id), label: text(label) || text(id), state: text(state), news: text(news) } : null;
}

/** Return what was handed over; `raw` is what the page is told. */
export function readHandover(answer) {
  const { handover_id: id, question, order, shown } = object(answer);
  const titles = list(shown, 10, (value) => text(object(value).title));
  return { id: text(id), question: text(question), order: readOrder(order), titles, raw: answer };
}
