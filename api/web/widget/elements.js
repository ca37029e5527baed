// What the shop's page gets: the two elements, defined once.

import { useService } from "./service.js";
import { SuggestElement } from "./suggest-element.js";
import { WidgetElement } from "./widget-element.js";

const ELEMENTS = { "xianzhi-widget": WidgetElement, "xianzhi-suggest": SuggestElement };

/** Define the elements, which ask the service at `url`. */
export function start(url) {
  useService(url);
  for (const [name, element] of Object.entries(ELEMENTS)) {
    if (!customElements.get(name)) customElements.define(name, element);
  }
}
