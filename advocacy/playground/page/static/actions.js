// A button with a menu of actions: what the products' clients put behind ⋯ on a message and ＋ beside the message field.

import { h, icon } from "./dom.js";
import { menu } from "./overlay.js";

/** The button. `rows` are {text, go}; `focus` lets it keep the focus when its message is drawn anew. */
export function actionsButton(label, drawing, rows, focus) {
  const row = (one, close) => h("button.hint", { type: "button", role: "menuitem", tabindex: "-1", onclick: () => [close(), one.go()] }, one.text);
  const open = () => menu(button, (close) => h("div.actions", { role: "none", onkeydown: walk }, rows.map((one) => row(one, close))), "menu");
  const below = (event) => {
    if (event.key !== "ArrowDown" || button.getAttribute("aria-expanded") === "true") return;
    event.preventDefault();
    open();
  };
  const button = h("button.quiet.icon-only.more", { type: "button", "aria-label": label, title: label, "aria-haspopup": "menu", "aria-expanded": "false", data: { focus }, onclick: open, onkeydown: below }, icon(drawing, 16));
  return button;
}

/** Arrows, Home and End move through the rows, round and round (https://www.w3.org/WAI/ARIA/apg/patterns/menu-button/). */
function walk(event) {
  const rows = [...event.currentTarget.querySelectorAll("[role=menuitem]")];
  const at = rows.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1 + rows.length, Home: 0, End: rows.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  rows[to % rows.length].focus();
}
