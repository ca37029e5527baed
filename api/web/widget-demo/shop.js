// The demonstration shop: speaks two languages, as its widget does.

import { language, markLanguage, switchLanguage } from "../language.js";

const ELEMENTS = "xianzhi-widget, xianzhi-suggest";
const PLACEHOLDERS = { zh: "搜商品，或问一句：怎么退货", en: "Search, or ask: how do I return it" };
const OTHER = { zh: "English", en: "中文" };

function show() {
  markLanguage();
  document.getElementById("search").placeholder = PLACEHOLDERS[language];
  document.getElementById("language").textContent = OTHER[language];
  for (const element of document.querySelectorAll(ELEMENTS)) element.setAttribute("locale", language);
}

document.getElementById("language").addEventListener("click", () => {
  switchLanguage();
  show();
});
document.getElementById("snippet").textContent =
  `<script src="${location.origin}/widget.js" async></script>\n<xianzhi-widget contact-url="/contact"></xianzhi-widget>`;
document.querySelector(".find").addEventListener("submit", (event) => event.preventDefault());
show();
