// Who the customer is: a token that the shop's page gives, and gives anew when it has run out.

const PATIENCE_MS = 5_000;

export class Customer {
  // Replaced as a whole when the page names somebody else: a request under way goes on as who it was begun for.
  #known = { token: "", offered: "", name: "", isForgotten: false };

  /** @param {() => (() => Promise<string>) | null} findSource returns the page's function that fetches a token */
  constructor(findSource) {
    this.findSource = findSource;
  }

  /** Take the token that the page gives, "" for nobody yet; return whether that is another customer than the last one. */
  take(token) {
    const { name: before } = this.#known;
    const name = readName(token);
    this.#known = { token, offered: token, name, isForgotten: false };
    return Boolean(before) && before !== name;
  }

  /**
   * Yield as whom to ask in turn: by the token at hand, one that the page fetches, its attribute's, as nobody.
   * `isForgotten` tells that the shop named somebody, and the service did not believe it.
   */
  async *offerTokens() {
    const known = this.#known;
    const tried = new Set();
    for (const find of [() => known.token, () => this.#fetch(), () => known.offered]) {
      const token = await find();
      if (!token || tried.has(token)) continue;
      tried.add(token);
      Object.assign(known, { token, name: readName(token) });
      yield { token, isForgotten: false };
      // It was refused: the next request asks the page anew.
      for (const name of ["token", "offered"]) if (known[name] === token) known[name] = "";
    }
    known.isForgotten ||= tried.size > 0;
    yield { token: "", isForgotten: known.isForgotten };
  }

  /** Return what the page's function gives, or "" where it fails: its failure is not the customer's. */
  async #fetch() {
    const source = this.findSource();
    if (typeof source !== "function") return "";
    let timer;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS, "");
    });
    try {
      const token = await Promise.race([source(), late]);
      return typeof token === "string" ? token : "";
    } catch {
      return "";
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Return whom a token names; what cannot be read names itself. Only the service can tell whether it is true. */
function readName(token) {
  try {
    const claims = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    return JSON.parse(atob(claims)).sub ?? token;
  } catch {
    return token;
  }
}
