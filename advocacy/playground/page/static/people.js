// Who the visitor is: the switcher in each window, with the prominent people on top and everybody else below.

import { face, h, icon, match, sign } from "./dom.js";
import { menu } from "./overlay.js";
import { changed, keep, me, refresh, store, ui } from "./store.js";
import { t } from "./words.js";

export const PERSONAS = { employee: "jana.feld", colleague: "yara.blume", editor: "clara.editorius", second: "david.vierauge", leader: "ada.vorstand" };

/** The role as people say it. */
export function role(person) {
  if (person.roles.includes("leader")) return "leader";
  return person.roles.includes("editor") ? "editor" : "employee";
}

/** Department path as people read it: "Sales · DACH". */
export const department = (person) => person.department.split("/").join(" · ");

/** A badge with the role. */
export function badge(person) {
  return h("span.badge", { class: `role-${role(person)}` }, t(`role_${role(person)}`));
}

/** Become somebody, in one window or, while they are linked, in both. */
export async function become(world, key) {
  ui[world] = key;
  if (ui.linked) ui.slack = ui.teams = key;
  keep();
  await refresh();
}

/** The button with the current person, opening the list. */
export function switcher(world) {
  const button = h("button.who", { type: "button", "aria-haspopup": "dialog", "aria-expanded": "false", onclick: () => menu(button, (close) => list(world, close)) });
  const draw = () => {
    const one = me(world);
    if (!one) return;
    button.setAttribute("aria-label", `${t("you_are")} ${one.name}, ${t(`role_${role(one)}`)}. ${t("choose_person")}`);
    match(button, [{ key: one.key, sign: sign(one.key, ui.language), fresh: false, draw: () => h("span.who-in", {},
      face(one.name, "small"), h("span.who-text", {}, h("span.who-hint", {}, t("you_are")), h("b", {}, one.name)), badge(one), icon("down", 16)) }]);
  };
  return { button, draw };
}

function list(world, close) {
  const rows = h("div.who-rows", { role: "listbox", "aria-label": t("choose_person") });
  const field = h("input.search", { type: "search", placeholder: t("find_person"), "aria-label": t("find_person"), autocomplete: "off", oninput: () => fill() });
  const linked = h("input", { type: "checkbox", onchange: (event) => link(event.target.checked, world) });
  linked.checked = ui.linked;
  const fill = () => {
    const asked = field.value.trim().toLowerCase();
    const fits = (one) => !asked || `${one.name} ${one.department} ${t(`role_${role(one)}`)}`.toLowerCase().includes(asked);
    const known = Object.values(PERSONAS);
    const top = known.map((key) => store.people.find((one) => one.key === key)).filter((one) => one && fits(one));
    const rest = store.people.filter((one) => !known.includes(one.key) && fits(one));
    rows.replaceChildren(...part(t("prominent"), top), ...part(t("everybody"), rest));
    if (!top.length && !rest.length) rows.append(h("p.soft", {}, t("nobody_found")));
  };
  const part = (title, people) => (people.length ? [h("h3", { role: "presentation" }, title), ...people.map(row)] : []);
  const row = (one) => h("button.who-row", { type: "button", role: "option", "aria-selected": String(ui[world] === one.key), onclick: () => pick(one) },
    face(one.name, "small"), h("span.who-text", {}, h("b", {}, one.name), h("span.soft", {}, `${department(one)} · ${one.language.toUpperCase()}`, products(one))), badge(one));
  const pick = (one) => {
    close();
    become(world, one.key);
  };
  fill();
  field.addEventListener("keydown", (event) => arrows(event, rows, field));
  rows.addEventListener("keydown", (event) => arrows(event, rows, field));
  return [h("div.who-top", {}, field, h("label.check", {}, linked, t("same_person"))), rows];
}

function products(one) {
  if (one.slack && one.teams) return "";
  return ` · ${t(one.slack ? "only_slack" : "only_teams")}`;
}

function link(linked, world) {
  ui.linked = linked;
  if (linked) ui.slack = ui.teams = ui[world];
  keep();
  changed();
  refresh();
}

function arrows(event, rows, field) {
  if (event.key === "Enter" && event.target === field) {
    event.preventDefault(); // or the button that gets the focus back is pressed by the same key
    rows.querySelector("button")?.click();
  }
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  event.preventDefault();
  const all = [...rows.querySelectorAll("button")];
  const at = all.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
  (all[at] || field).focus();
}
