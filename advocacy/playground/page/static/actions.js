// A button with a menu of actions: what the products' clients put behind ⋯ on a message and ＋ beside the message field.

import { h, icon } from "./dom.js";
import { menu } from "./overlay.js";

/** The button. `rows` are {text, go}; `focus` lets it keep the focus when its message is drawn anew. */
export function actionsButton(label, drawing, rows, focus) {
  const row = (one, close) => h("button.hint", { type: "button", onclick: () => [close(), one.go()] }, one.text);
  const open = () => menu(button, (close) => h("div.actions", {}, rows.map((one) => row(one, close))));
  const button = h("button.quiet.icon-only.more", { type: "button", "aria-label": label, title: label, "aria-haspopup": "dialog", "aria-expanded": "false", data: { focus }, onclick: open }, icon(drawing, 16));
  return button;
}
