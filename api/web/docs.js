// Renders /openapi.json: every route with its parameters, body, answers and examples, then every schema.

import { el, wrapMatches } from "./dom.js";

const VERBS = ["get", "post", "put", "delete"];
const target = document.getElementById("routes");
const contents = document.getElementById("contents");

async function draw() {
  let description;
  try {
    const response = await fetch("/openapi.json");
    description = await response.json();
  } catch {
    target.replaceChildren(el("p", { class: "status", role: "alert", text: "The description cannot be read. Is the service running?" }));
    return;
  }
  const routes = listRoutes(description);
  const schemas = Object.entries(description.components?.schemas ?? {});
  contents.replaceChildren(...drawContents(routes), el("h2", {}, el("a", { href: "#schemas", text: "Schemas" })));
  target.replaceChildren(
    el("div", { class: "lead" }, prose(description.info.description), drawKeyNote(description)),
    ...routes.map(drawRoute),
    el("h2", { class: "part-title", id: "schemas", text: "Schemas" }),
    ...schemas.map(([name, schema]) => drawSchema(name, schema)),
  );
  if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
}

function listRoutes(description) {
  return Object.entries(description.paths).flatMap(([path, verbs]) =>
    VERBS.filter((verb) => verb in verbs).map((verb) => ({ path, verb, id: `${verb}-${path}`, ...verbs[verb] })),
  );
}

function drawContents(routes) {
  const tags = [...new Set(routes.map((route) => route.tags?.[0] ?? "other"))];
  return tags.flatMap((tag) => [
    el("h2", { text: tag }),
    ...routes
      .filter((route) => (route.tags?.[0] ?? "other") === tag)
      .map((route) => el("a", { href: `#${encodeURIComponent(route.id)}` }, drawVerb(route.verb), route.path)),
  ]);
}

function drawKeyNote(description) {
  const schemes = Object.values(description.components?.securitySchemes ?? {});
  return schemes.map((scheme) => el("p", {}, el("code", { text: "Authorization: Bearer …" }), "  ", ...inline(scheme.description ?? "")));
}

const drawVerb = (verb) => el("span", { class: `verb ${verb}`, text: verb.toUpperCase() });

function drawRoute(route) {
  return el(
    "article",
    { class: "route", id: route.id },
    el("h2", {}, drawVerb(route.verb), route.path),
    el("p", {}, el("strong", { text: route.summary ?? "" })),
    prose(route.description ?? ""),
    drawParameters(route.parameters ?? []),
    drawBody(route.requestBody),
    el("h3", { text: "Answers" }),
    Object.entries(route.responses ?? {}).map(drawAnswer),
  );
}

function drawParameters(parameters) {
  if (!parameters.length) return null;
  return [
    el("h3", { text: "Parameters" }),
    el(
      "table",
      {},
      el("tbody", {}, parameters.map((parameter) =>
        row(parameter.name, [parameter.in, ": ", ...nameType(parameter.schema)], parameter.required, parameter.description),
      )),
    ),
  ];
}

function drawBody(body) {
  const content = body?.content?.["application/json"];
  if (!content) return null;
  return [
    el("h3", {}, "Body: ", ...nameType(content.schema)),
    ...Object.entries(content.examples ?? {}).map(([name, example]) =>
      el("details", { open: true }, el("summary", { text: name }), code(example.value)),
    ),
  ];
}

function drawAnswer([status, answer]) {
  const content = answer.content?.["application/json"];
  const name = [el("strong", { text: status }), " ", ...inline(answer.description ?? "")];
  const schema = content?.schema ? ["  ", ...nameType(content.schema)] : [];
  if (content?.example === undefined) return el("p", {}, ...name, ...schema);
  // A link inside of what opens and closes could not be told from it.
  return el("details", { open: status === "200" }, el("summary", {}, ...name), el("p", {}, ...schema), code(content.example));
}

function drawSchema(name, schema) {
  const required = new Set(schema.required ?? []);
  const fields = Object.entries(schema.properties ?? {});
  return el(
    "article",
    { class: "schema", id: `schema-${name}` },
    el("h2", { text: name }),
    prose(schema.description ?? ""),
    schema.enum ? el("p", {}, el("code", { text: schema.enum.join(" | ") })) : null,
    el("table", {}, el("tbody", {}, fields.map(([field, type]) => row(field, nameType(type), required.has(field), type.description)))),
  );
}

function row(name, type, required, description) {
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, name, required ? el("span", { class: "need", title: "required", text: " *" }) : null),
    el("td", { class: "kind" }, type),
    el("td", {}, ...inline(description ?? "")),
  );
}

/** Return a type in a few words, with links to schemas. */
function nameType(schema) {
  if (!schema) return ["any"];
  if (schema.$ref) return [linkSchema(schema.$ref.split("/").at(-1))];
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.flatMap((choice, n) => [...(n ? [" | "] : []), ...nameType(choice)]);
  if (schema.enum) return [schema.enum.map((value) => JSON.stringify(value)).join(" | ")];
  if (schema.const !== undefined) return [JSON.stringify(schema.const)];
  if (schema.type === "array") return ["[", ...nameType(schema.items), "]"];
  const bounds = ["minimum", "maximum", "maxLength"].filter((bound) => bound in schema).map((bound) => `${bound} ${schema[bound]}`);
  return [[schema.format ?? schema.type ?? "any", ...bounds].join(", ")];
}

const linkSchema = (name) => el("a", { href: `#schema-${name}`, text: name });

const code = (value) => el("pre", { tabindex: "0", text: JSON.stringify(value, null, 2) });

const prose = (text) => text.split(/\n\s*\n/).filter(Boolean).map((paragraph) => el("p", {}, ...inline(paragraph)));

/** Show `code` and **strong** of a description; anything else stays text. */
function inline(text) {
  return wrapMatches(text, /`[^`]+`|\*\*[^*]+\*\*/g, (found) =>
    found.startsWith("`") ? el("code", { text: found.slice(1, -1) }) : el("strong", { text: found.slice(2, -2) }),
  );
}

draw();
