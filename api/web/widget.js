// The one script of a shop's page: loads the widget from where it came itself. Whatever fails stays in here.

(() => {
  const MODULES = "web/"; // The service writes the address of today's files here: they never change, this script does.
  const PATIENCE_MS = 15000;
  const NAME = "xianzhi-widget";
  const WORDS = {
    zh: { open: "帮助", away: "帮助暂时打不开，页面其他功能不受影响。", contact: "联系客服" },
    en: { open: "Help", away: "Help cannot be opened right now. The rest of this page works as usual.", contact: "Contact us" },
  };
  const STYLE = `:host { all: initial !important; position: fixed !important; right: 16px !important; bottom: 16px !important; z-index: 2147483000 !important; }
    :host([hidden]) { display: none !important; } @media print { :host { display: none !important; } }
    div { display: grid; gap: 8px; justify-items: end; font: 15px/1.5 system-ui, sans-serif; }
    button, a, p { margin: 0; padding: 12px 18px; border: 1px solid #85888c; border-radius: 24px; background: #fff; color: #20242a; font: inherit; }
    p { max-width: 260px; border-radius: 12px; } [hidden] { display: none; }`;

  /** Show a launcher that says what is wrong, where the widget itself could not be loaded. */
  function standIn() {
    if (customElements.get(NAME)) return;
    customElements.define(NAME, class extends HTMLElement {
      connectedCallback() {
        if (this.shadowRoot) return;
        try {
          fill(this, this.attachShadow({ mode: "open" }));
        } catch { /* A browser without these: the page is as if we were not there. */ }
      }
    });
  }

  function isSafe(address) {
    try {
      return /^(https?|mailto|tel):$/.test(new URL(address, document.baseURI).protocol);
    } catch {
      return false;
    }
  }

  function fill(host, root) {
    const language = host.getAttribute("locale") || document.documentElement.lang || navigator.language;
    const words = WORDS[/^zh/i.test(language) ? "zh" : "en"];
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    const make = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });
    const [box, said, button] = [make("div", ""), make("p", words.away), make("button", words.open)];
    const shown = [said];
    const address = host.getAttribute("contact-url");
    if (address && isSafe(address)) shown.push(Object.assign(make("a", words.contact), { href: address }));
    said.setAttribute("role", "status");
    button.type = "button";
    const show = (isOpen) => {
      button.setAttribute("aria-expanded", String(isOpen));
      for (const part of shown) part.hidden = !isOpen;
    };
    button.addEventListener("click", () => show(said.hidden));
    show(false);
    box.append(...shown, button);
    root.append(box);
  }

  /** Return the address of this script. The prototypes are asked, for an element that a review named `currentScript` would answer in the document's place. */
  function findSelf() {
    const running = Object.getOwnPropertyDescriptor(Document.prototype, "currentScript").get.call(document);
    if (running) return running.src;
    const modules = Document.prototype.querySelectorAll.call(document, "script[type=module][src]"); // Of these none is said to run.
    return [...modules].map(({ src }) => src).find((src) => /\/widget\.js([?#]|$)/.test(src));
  }

  try {
    const here = findSelf();
    const waiting = setTimeout(standIn, PATIENCE_MS);
    import(new URL(`${MODULES}widget/elements.js`, here).href)
      .then(({ start }) => start(new URL("./", here).href))
      .catch(() => standIn())
      .catch(() => {})
      .then(() => clearTimeout(waiting));
  } catch { /* As above. */ }
})();
