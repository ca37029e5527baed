// Chinese or English: which one is chosen, and how words and times are said in it.

import { keep, recall } from "./store.js";

const STORED_AS = "xianzhi.language";

export let language = choose();

function choose() {
  const stored = recall(STORED_AS);
  if (stored === "zh" || stored === "en") return stored;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

/** Change to the other language, or to the one named, and remember it. */
export function switchLanguage(wanted = language === "zh" ? "en" : "zh") {
  language = wanted;
  keep(STORED_AS, language);
}

/** Return the function that says the words of a page: of a name like `errors.slow`, with `{gaps}` filled. */
export function makeSay(words) {
  return (name, gaps = {}) => {
    const found = name.split(".").reduce((part, key) => part?.[key], words[language]);
    // An unknown name is its own words: what a newer API answers is shown rather than hidden.
    if (typeof found !== "string") return found ?? name.split(".").at(-1);
    return found.replace(/\{(\w+)\}/g, (gap, inside) => (inside in gaps ? gaps[inside] : gap));
  };
}

/** Tell browsers and screen readers which language the page is in. */
export function markLanguage() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
}

let zone;

/** Show times in the shop's zone from now on. */
export function useZone(name) {
  zone = name;
}

/** Return a moment as people write it, in the shop's time zone. */
export function sayTime(moment, { day = false } = {}) {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return String(moment);
  const parts = { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" };
  if (!day) Object.assign(parts, { hour: "2-digit", minute: "2-digit", hour12: false });
  // Sweden writes years first, and so does everybody who sorts.
  return new Intl.DateTimeFormat("sv-SE", parts).format(date);
}

/** Return a moment without its year: for time lines, where the year is that of the order. */
export const sayShortTime = (moment) => sayTime(moment).replace(/^\d{4}-/, "");
