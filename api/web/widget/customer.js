// Who the customer is: a token that the shop's page gives, and gives anew when it has run out.

const PATIENCE_MS = 5_000;

export class Customer {
  /** The shop named somebody, and the service did not believe it: what is answered now is answered to nobody known. */
  isForgotten = false;

  #token = "";
  #offered = "";

  /** @param {() => (() => Promise<string>) | null} findSource returns the page's function that fetches a token */
  constructor(findSource) {
    this.findSource = findSource;
  }

  /** Take the token of the page's attribute. */
  take(token) {
    this.#offered = token ?? "";
    this.#token = this.#offered;
    this.isForgotten = false;
  }

  /** Yield what to try in turn: the token at hand, a new one, none. */
  async *offerTokens() {
    const first = this.isForgotten ? "" : this.#token || (await this.#fetch());
    if (first) {
      this.#token = first;
      yield first;
      const second = await this.#renew(first);
      if (second) {
        this.#token = second;
        yield second;
      }
      this.#token = "";
      this.isForgotten = true;
    }
    yield "";
  }

  async #renew(refused) {
    const fetched = await this.#fetch();
    return [fetched, this.#offered].find((token) => token && token !== refused) ?? "";
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
