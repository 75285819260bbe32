// The first steps, ticked off by what really happened, and the hint to the leaders' page.

import { h, icon, match, sign } from "./dom.js";
import { PERSONAS } from "./people.js";
import { afterActs, changed, keep, person, store, ui } from "./store.js";
import { t } from "./words.js";

const STEPS = ["approve", "share", "post", "link", "board"];
const WHO = { approve: PERSONAS.editor, share: PERSONAS.employee, board: PERSONAS.leader };

/** Build the panel. `go` leads the visitor: {approve(), share(), post(), link(), board()}. Answers {root, draw, opened(url)}. */
export function guidePanel(go) {
  const root = h("section.guide", { "aria-label": t("guide") });
  let pressed = null;
  let visits = null;
  let waits = false;

  const done = (step) => {
    if (ui.done[step]) return;
    ui.done = { ...ui.done, [step]: true };
    keep();
    changed();
  };

  afterActs((asked, told) => {
    if (told.status !== undefined && told.status >= 300) return;
    const action = (asked.action_id || asked.action?.verb || asked.action?.data?.action || "").split("#")[0];
    const words = `${asked.text || ""}`.trim().toLowerCase();
    if (action === "approve") pressed = { at: Date.now() };
    if (["share", "done", "post_now"].includes(action)) done("share");
    const who = person(ui[asked.world]);
    const isAsked = action === "leaderboard" || /^(leaderboard|rangliste|board)\b/.test(words);
    if (isAsked && who?.roles.some((one) => one === "leader" || one === "editor")) done("board");
  });

  /** Look at the worlds: was the story let out, is the visitor's post there, was its link read? */
  function watch() {
    const slack = store.worlds.slack || {};
    const cards = Object.values(slack.messages || {}).flat().concat(Object.values(store.worlds.teams?.activities || {}).flat());
    if (pressed && cards.some((one) => outSince(one, pressed.at))) done("approve");
    const mine = new Set([ui.slack, ui.teams, PERSONAS.employee]);
    const posts = Object.values(store.worlds).flatMap((one) => one?.posts || []);
    if (ui.done.share && posts.some((one) => mine.has(one.person))) done("post");
    const read = (store.worlds.site?.articles || []).reduce((sum, one) => sum + one.visited, 0);
    if (waits && visits !== null && read > visits) done("link");
    if (!waits) visits = read;
  }

  function draw() {
    watch();
    root.hidden = !ui.guide;
    const finished = STEPS.every((one) => ui.done[one]);
    const next = STEPS.find((one) => !ui.done[one]);
    match(root, [{ key: "guide", sign: sign(ui.done, ui.language, store.people.length), fresh: false, draw: () => h("div.guide-in", {},
      h("div.guide-title", {}, h("h2", {}, icon("flag", 17), t("guide")), h("p", {}, t(finished ? "guide_done" : "guide_intro"))),
      h("ol.steps", {}, STEPS.map((one, at) => step(one, at, one === next))),
      h("button.quiet.icon-only", { type: "button", "aria-label": t("close"), onclick: () => show(false) }, icon("close"))) }]);
  }

  function step(name, at, isNext) {
    const who = person(WHO[name]);
    const isDone = Boolean(ui.done[name]);
    return h("li", { class: `${isDone ? "done" : ""} ${isNext ? "next" : ""}` },
      h("button", { type: "button", data: { focus: name }, onclick: () => go[name](), title: t("go") },
        h("span.step-mark", { "aria-hidden": "true" }, isDone ? icon("check", 14) : String(at + 1)),
        h("span", {}, t(`g${at + 1}`, { name: who?.name.replace(/ .*| [^ ]*$/, "") === "Dr." ? who.name : who?.name.split(" ")[0] || "" })), isDone && h("span.unseen", {}, " ✓")));
  }

  const show = (open) => {
    ui.guide = open;
    keep();
    changed();
  };

  return { root, draw, show, opened: () => (waits = true) };
}

/** Whether a card with a share button came after this moment. */
function outSince(one, at) {
  const came = one.ts ? Number(one.ts) * 1000 : Date.parse(one.at);
  if (came < at - 1000) return false;
  return JSON.stringify(one.blocks || one.attachments).includes('"share') || JSON.stringify(one.attachments || []).includes('"verb":"share"');
}
