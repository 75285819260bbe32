// Puts the page together: top bar, the two chat windows, the networks, the guide.

import { h, icon } from "./dom.js";
import { faultsForm } from "./faults.js";
import { guidePanel } from "./guide.js";
import { networksColumn } from "./networks.js";
import { menu } from "./overlay.js";
import { become, PERSONAS } from "./people.js";
import { slackWindow } from "./slack.js";
import { changed, colleagues, hear, keep, listen, person, recall, store, ui } from "./store.js";
import { teamsWindow } from "./teams.js";
import { speak, t, tick } from "./words.js";

const THEMES = ["auto", "light", "dark"];
const TICK = 20000;
let parts = null;

function build() {
  const slack = slackWindow();
  const teams = teamsWindow();
  const guide = guidePanel({ approve: toEditors, share: toShare, post: () => show("networks"), link: () => show("networks"), board: toBoard });
  const networks = networksColumn((url) => guide.opened(url));
  const tabs = h("nav.tabs", { "aria-label": t("windows") }, ["slack", "teams", "networks"].map((one) =>
    h("button", { type: "button", data: { tab: one }, onclick: () => show(one) }, icon({ slack: "hash", teams: "chat", networks: "team" }[one], 20), t(one))));
  const stage = h("main.stage", {}, slack.root, teams.root, networks.root);
  const top = topBar(guide);
  const offline = h("div.offline", { role: "alert", hidden: true }, t("offline"));
  document.title = `Advocacy · ${t("title")}`;
  document.body.replaceChildren(h("a.skip", { href: "#slack" }, t("skip", { name: "Slack" })), top.root, offline, guide.root, stage, tabs, h("footer.fiction", {}, t("fiction")));
  return { slack, teams, networks, guide, top, tabs, stage, offline };
}

function draw() {
  if (!store.ready) return;
  for (const one of [parts.top, parts.slack, parts.teams, parts.networks, parts.guide]) one.draw();
  parts.stage.dataset.tab = ui.tab;
  for (const one of parts.tabs.children) one.setAttribute("aria-pressed", String(one.dataset.tab === ui.tab));
}

/** Bring a window to the front where only one fits. */
function show(tab) {
  ui.tab = tab;
  keep();
  changed();
  document.getElementById(tab)?.scrollIntoView({ block: "nearest" });
}

async function toEditors() {
  show("slack");
  await become("slack", PERSONAS.editor);
  const channel = store.worlds.slack.channels?.find((one) => one.name === "comms-editors");
  if (channel) parts.slack.open(channel.id);
}

async function toShare() {
  show("slack");
  await become("slack", PERSONAS.employee);
  const channel = store.worlds.slack.channels?.find((one) => one.name === "news");
  if (channel) parts.slack.open(channel.id);
}

async function toBoard() {
  show("slack");
  await become("slack", PERSONAS.leader);
  parts.slack.open("im");
  await parts.slack.command(store.worlds.slack.im, "leaderboard");
}

function topBar(guide) {
  const theme = h("button.quiet.icon-only", { type: "button", onclick: () => turn() });
  const active = h("input", { type: "checkbox", role: "switch", onchange: (event) => colleagues(event.target.checked).catch(() => {}) });
  const toggle = h("label.switch", { title: t("colleagues_hint") }, active, h("span.switch-track", { "aria-hidden": "true" }), h("span.switch-text", {}, t("colleagues")));
  const company = h("span.company");
  const languages = h("div.languages", { role: "group", "aria-label": t("language") }, ["en", "de"].map((one) =>
    h("button", { type: "button", lang: one, "aria-pressed": String(ui.language === one), onclick: () => translate(one) }, one.toUpperCase())));
  const opener = (words, drawing, fill) => {
    const made = h("button.quiet", { type: "button", "aria-haspopup": "dialog", "aria-expanded": "false", "aria-label": words, onclick: () => menu(made, fill) }, icon(drawing), h("span.wide", {}, words));
    return made;
  };
  const hint = (close) => h("div.board-hint", {}, h("p", {}, t("board_hint", { name: person(PERSONAS.leader)?.name })),
    h("button.primary", { type: "button", onclick: () => [close(), toBoard()] }, t("board_go", { name: person(PERSONAS.leader)?.name })));
  const turn = () => {
    ui.theme = THEMES[(THEMES.indexOf(ui.theme) + 1) % THEMES.length];
    keep();
    colour();
    changed();
  };
  const root = h("header.top", {}, h("h1", {}, h("span.logo", { "aria-hidden": "true" }, "A"), "Advocacy", h("span.sub", {}, t("title"))), company, h("span.grow"), toggle,
    opener(t("board"), "chart", hint), opener(t("whatif"), "bolt", faultsForm),
    h("button.quiet", { type: "button", "aria-label": t("guide"), onclick: () => guide.show(!ui.guide) }, icon("flag"), h("span.wide", {}, t("guide"))), languages, theme);
  return {
    root,
    draw() {
      company.textContent = t("company_of", { company: store.company });
      toggle.hidden = !store.colleagues.there;
      active.checked = Boolean(store.colleagues.active);
      theme.setAttribute("aria-label", t(`theme_${ui.theme}`));
      theme.title = t(`theme_${ui.theme}`);
      theme.replaceChildren(icon({ auto: "auto", light: "sun", dark: "moon" }[ui.theme]));
    },
  };
}

function colour() {
  document.documentElement.dataset.theme = ui.theme;
}

function translate(language) {
  ui.language = language;
  keep();
  start();
}

function start() {
  speak(ui.language);
  parts = build();
  draw();
}

recall();
colour();
start();
listen(draw);
hear((online) => (parts.offline.hidden = online));
setInterval(tick, TICK);
document.addEventListener("visibilitychange", () => document.hidden || changed());
