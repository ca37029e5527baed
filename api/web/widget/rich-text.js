// An answer's markup, copied element by element from an inert document: the second wall behind the service's sanitiser.

const TAGS = new Set(
  "p br hr h2 h3 h4 h5 h6 ul ol li strong em b i s del code pre blockquote table thead tbody tr th td a".split(" "),
);
const MOST_NODES = 5_000;
const MOST_DEPTH = 40;

/** Tell whether a link may be followed. */
export function isSafeLink(address) {
  try {
    return /^(https?|mailto|tel)$/.test(new URL(address, document.baseURI).protocol.slice(0, -1));
  } catch {
    return false;
  }
}

/** Return an element with an answer's text; where the page forbids to read markup, the plain text. */
export function makeText({ html, plain }) {
  const box = document.createElement("div");
  box.className = "text";
  try {
    const counted = { left: MOST_NODES };
    copyChildren(new DOMParser().parseFromString(html, "text/html").body, box, counted, 0);
  } catch {
    box.textContent = "";
  }
  if (!box.textContent.trim()) box.append(makePlain(plain));
  return box;
}

function makePlain(plain) {
  const lines = document.createElement("p");
  lines.className = "plain-text";
  lines.textContent = plain;
  return lines;
}

function copyChildren(from, to, counted, depth) {
  for (const node of from.childNodes) {
    if (counted.left <= 0 || depth > MOST_DEPTH) return;
    counted.left -= 1;
    if (node.nodeType === Node.TEXT_NODE) to.append(node.data);
    else if (node.nodeType === Node.ELEMENT_NODE && TAGS.has(node.localName)) {
      const copy = copyElement(node);
      copyChildren(node, copy, counted, depth + 1);
      to.append(copy);
    }
  }
}

function copyElement(node) {
  const copy = document.createElement(node.localName);
  const address = node.localName === "a" ? node.getAttribute("href") ?? "" : "";
  if (address && isSafeLink(address)) Object.assign(copy, { href: address, target: "_blank", rel: "noopener noreferrer nofollow" });
  for (const name of ["colspan", "rowspan", "start"]) {
    const value = node.getAttribute(name) ?? "";
    if (/^\d{1,3}$/.test(value)) copy.setAttribute(name, value);
  }
  return copy;
}
