// What lies on top of a window: dialogs, menus, short notes.

import { h, icon, trap } from "./dom.js";
import { t } from "./words.js";

/** A dialog over one window. `body` and `foot` are elements; answers a function that closes it. */
export function dialog(host, { title, body, foot, kind = "", close, focus = "" }) {
  const before = document.activeElement;
  const remove = () => {
    const held = veil.contains(document.activeElement);
    veil.remove();
    if (held) (before?.isConnected ? before : host.querySelector(".log") || host).focus({ preventScroll: true });
  };
  const shut = () => {
    remove();
    if (close) close();
  };
  const cross = h("button.quiet.icon-only", { type: "button", "aria-label": t("close"), onclick: shut }, icon("close"));
  const box = h("div.dialog", { role: "dialog", "aria-modal": "true", "aria-label": title, class: kind, tabindex: "-1" },
    h("header.dialog-head", {}, h("h2", {}, title), cross), h("div.dialog-body", {}, body), foot && h("footer.dialog-foot", {}, foot));
  const veil = h("div.veil", { onmousedown: (event) => event.target === veil && shut() }, box);
  trap(box, shut);
  host.append(veil);
  const first = (focus && box.querySelector(focus)) || box.querySelector(".dialog-body input, .dialog-body textarea, .dialog-body select") || box;
  first.focus({ preventScroll: true });
  return { box, remove, shut };
}

// Esc closes what lies on top even when the focus got lost on the way.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.activeElement === document.body) [...document.querySelectorAll(".veil .dialog-head button")].pop()?.click();
});

/** Ask before something that cannot be undone. */
export function ask(host, { title, text, yes, no, danger }, then) {
  const answer = (agreed) => () => {
    asked.shut();
    if (agreed) then();
  };
  const foot = [
    h("button.plain", { type: "button", onclick: answer(false) }, no),
    h(danger ? "button.danger" : "button.primary", { type: "button", onclick: answer(true) }, yes),
  ];
  const asked = dialog(host, { title, body: h("p", {}, text), foot, kind: "small", focus: "footer button" });
}

/** A short note at the foot of a window; goes by itself. */
export function note(host, text, kind = "") {
  const shown = h("div.note", { role: "status", class: kind }, h("span", {}, text),
    h("button.quiet.icon-only", { type: "button", "aria-label": t("close"), onclick: () => shown.remove() }, icon("close", 14)));
  for (const old of host.querySelectorAll(":scope > .note")) old.remove();
  host.append(shown);
  setTimeout(() => shown.remove(), 9000);
}

const opened = new WeakMap();

/** A panel below a button; closes on Esc, on a click elsewhere or on the button, and when the focus leaves. */
export function menu(button, fill, role = "dialog") {
  if (opened.has(button)) return opened.get(button)();
  const close = () => {
    opened.delete(button);
    button.setAttribute("aria-expanded", "false");
    panel.remove();
    document.removeEventListener("mousedown", outside, true);
    removeEventListener("resize", close);
  };
  const outside = (event) => {
    if (!panel.contains(event.target) && !button.contains(event.target)) close();
  };
  const panel = h("div.menu", { role, "aria-label": button.getAttribute("aria-label") || button.textContent });
  panel.append(...[fill(() => { close(); button.focus(); })].flat());
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
      button.focus();
    }
  });
  panel.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !panel.contains(event.relatedTarget) && event.relatedTarget !== button) close();
  });
  button.setAttribute("aria-expanded", "true");
  opened.set(button, close);
  document.body.append(panel);
  place(panel, button);
  document.addEventListener("mousedown", outside, true);
  addEventListener("resize", close);
  const first = panel.querySelector("input, button, a[href], select");
  if (first) first.focus({ preventScroll: true });
  return null;
}

function place(panel, button) {
  const at = button.getBoundingClientRect();
  const wide = panel.offsetWidth;
  const left = Math.max(8, Math.min(at.left, innerWidth - wide - 8));
  panel.style.setProperty("--left", `${left + scrollX}px`);
  panel.style.setProperty("--top", `${at.bottom + 6 + scrollY}px`);
  panel.style.setProperty("--most", `${Math.max(200, innerHeight - at.bottom - 20)}px`);
}
