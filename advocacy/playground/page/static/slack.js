// The Slack window: channels, messages, private answers, modals, the app's Home, slash commands.

import { actionsButton } from "./actions.js";
import { face, h, icon, match, sign } from "./dom.js";
import { log } from "./log.js";
import { ask, dialog, note } from "./overlay.js";
import { department, switcher } from "./people.js";
import { blocks, linked, mrkdwn, words } from "./slackblocks.js";
import { formOf } from "./slackforms.js";
import { act, asPerson, changed, keep, markRead, me, store, ui, unread } from "./store.js";
import { dayOf, spoken, t, when } from "./words.js";

const COMMAND = "/advocacy";
const WORDS = ["feed", "compose", "me", "leaderboard", "accounts", "help"];
const CLOSE_BY = 300;
const moment = (ts) => Number(ts) * 1000;

/** Build the window. Answers {root, draw, open(place)}. */
export function slackWindow() {
  const who = switcher("slack");
  const side = h("nav.s-side", { "aria-label": t("channels") });
  const top = h("header.s-top");
  const messages = log(t("messages"));
  const write = composer();
  const home = h("div.s-home", { tabindex: "0" });
  const main = h("div.s-main", {}, top, messages.root, home, write.root);
  const body = h("div.win-body", {}, side, main);
  const toggle = h("button.quiet.icon-only.side-toggle", { type: "button", "aria-label": t("show_list"), onclick: () => body.classList.toggle("side-open") }, icon("menu"));
  const root = h("section.window.slack", { "aria-label": t("slack"), id: "slack" },
    h("header.win-head", {}, toggle, h("h2", {}, h("span.mark", { "aria-hidden": "true" }, "#"), t("slack"), h("span.played", {}, t("played"))), who.button), body);
  const gone = h("div.absent");
  body.append(gone);
  let shown = null;
  let warned = null;

  const world = () => store.worlds.slack || {};
  const open = (place) => {
    ui.at = { ...ui.at, slack: place };
    keep();
    body.classList.remove("side-open");
    changed();
    if (place === "home") does({ act: "home" });
  };

  /** Do something as the person in front; a sentence appears when it did not work. */
  async function does(what, button) {
    messages.follow();
    button?.classList.add("busy");
    try {
      return await act("slack", { user: world().user, ...what });
    } catch (wrong) {
      note(body, t("trouble", { why: wrong.message }), "bad");
      return null;
    } finally {
      button?.classList.remove("busy");
    }
  }

  const on = (where) => ({
    press: (one, block, value, button, values) => does({ act: "press", ...where, action_id: one.action_id, block_id: block.block_id, value: value ?? null, ...(values && { values }) }, button),
    link: () => asPerson(ui.slack),
    ask: (confirm, then) => ask(body, { title: confirm.title.text, text: words(confirm.text), yes: confirm.confirm.text, no: confirm.deny.text, danger: confirm.style === "danger" }, then),
  });

  function draw() {
    who.draw();
    const now = world();
    const person = me("slack");
    const here = Boolean(now.user && person && now.user === person.slack);
    gone.hidden = here;
    side.hidden = main.hidden = !here;
    if (!here) {
      if (person) gone.replaceChildren(face(person.name), h("h3", {}, t("not_here", { name: person.name, product: "Slack" })), h("p.soft", {}, t("not_here_hint")));
      shown?.remove();
      shown = null;
      return;
    }
    const place = placeOf(now);
    drawSide(now, place);
    drawTop(now, place);
    const isHome = place === "home";
    home.hidden = !isHome;
    messages.root.hidden = write.root.hidden = isHome;
    if (isHome) drawHome(now);
    else drawMessages(now, place);
    write.draw(place, place === now.im ? "Advocacy" : `#${now.channels.find((one) => one.id === place)?.name}`);
    drawModal(now);
    warn(now);
  }

  function placeOf(now) {
    const wanted = ui.at?.slack;
    if (wanted === "home" || wanted === "im") return wanted === "im" ? now.im : "home";
    const found = now.channels.find((one) => one.id === wanted) || now.channels.find((one) => one.name === "news") || now.channels[0];
    return found.id;
  }

  const idsOf = (now, place) => (now.messages[place] || []).map((one) => one.ts);

  function drawSide(now, place) {
    const row = (id, name, sort, target = id) => {
      const count = id === place ? 0 : unread("slack", id, idsOf(now, id));
      return { key: sort + id, sign: sign(name, id === place, count, ui.language), fresh: false, draw: () => h("button.s-row", {
        type: "button", class: `${id === place ? "here" : ""} ${count ? "unread" : ""}`, "aria-current": id === place ? "page" : null, data: { focus: id }, onclick: () => open(target) },
      icon(sort, 15), h("span.grow", {}, name), count > 0 && h("span.count", { "aria-label": t("unread", { n: count }) }, count > 9 ? "9+" : String(count))) };
    };
    const title = (key, text) => ({ key, sign: text, fresh: false, draw: () => h("h3", {}, text) });
    const elsewhere = [...now.channels.map((one) => one.id), now.im].some((id) => id !== place && unread("slack", id, idsOf(now, id)) > 0);
    toggle.classList.toggle("unread", elsewhere);
    match(side, [
      { key: "team", sign: sign(now.team.name), fresh: false, draw: () => h("div.s-team", {}, h("b", {}, now.team.name)) },
      title("t1", t("channels")),
      ...now.channels.map((one) => row(one.id, one.name, one.is_private ? "lock" : "hash")),
      title("t2", t("apps")),
      row(now.im, "Advocacy", "bolt", "im"),
    ]);
  }

  function drawTop(now, place) {
    const channel = now.channels.find((one) => one.id === place);
    const tab = (name, target, active) => h("button.s-tab", { type: "button", "aria-pressed": String(active), data: { focus: `tab-${target}` }, onclick: () => open(target) }, name);
    match(top, [{ key: "top", sign: sign(place, channel?.members, ui.language), fresh: false, draw: () => (channel
      ? h("div.s-top-in", {}, h("h3", {}, icon(channel.is_private ? "lock" : "hash", 16), channel.name), h("span.soft", {}, icon("team", 15), t("members", { n: channel.members })))
      : h("div.s-top-in", {}, h("h3", {}, h("span.app-mark.tiny", { "aria-hidden": "true" }, "A"), "Advocacy"), h("div.s-tabs", {}, tab(t("home"), "home", place === "home"), tab(t("messages"), "im", place !== "home"))) ) }]);
  }

  function drawMessages(now, place) {
    const list = now.messages[place] || [];
    const items = [];
    let day = "";
    let last = null;
    for (const one of list) {
      const today = dayOf(moment(one.ts));
      if (today !== day) items.push({ key: `day-${today}`, sign: today, fresh: false, draw: () => h("div.divider", { role: "separator" }, h("span", {}, today)) });
      const follows = last && !one.bot && last.user === one.user && today === day && Number(one.ts) - Number(last.ts) < CLOSE_BY;
      items.push({ key: one.ts, sign: sign(one, follows, spoken()), flash: one.ephemeral_for !== null || place === now.im, draw: () => message(now, place, one, follows) });
      [day, last] = [today, one];
    }
    if (!list.length) items.push({ key: "empty", sign: spoken() + place, fresh: false, draw: () => h("div.empty", {}, icon("chat", 30), h("h4", {}, t("nothing_here")), h("p", {}, t(place === now.im ? "nothing_chat" : "nothing_channel"))) });
    messages.show(`${now.user}/${place}/${spoken()}`, items);
    if (!document.hidden) markRead("slack", place, list.map((one) => one.ts));
  }

  function message(now, place, one, follows) {
    const user = one.bot ? null : now.users[one.user];
    const person = user ? store.people.find((each) => each.slack === one.user) : null;
    const name = user ? user.real_name : "Advocacy";
    const where = { channel: place, ts: one.ts };
    const mine = one.ephemeral_for !== null;
    const head = h("div.s-head", {}, h("b", { title: person ? department(person) : null }, name), !user && h("span.app-tag", {}, t("app")), when(moment(one.ts)));
    const content = one.blocks.length ? blocks(one.blocks, on(where), { state: one.state }) : h("div.b-text", {}, user ? linked(one.text, on(where)) : mrkdwn(one.text, on(where).link));
    const suggest = () => does({ act: "message_action", ...where, callback_id: "suggest" });
    const dismiss = () => does({ act: "dismiss", ...where });
    return h("article.s-msg", { tabindex: "-1", class: `${mine ? "private" : ""} ${follows ? "follows" : ""} ${one.thread_ts && one.thread_ts !== one.ts ? "reply" : ""}` },
      h("div.s-face", {}, follows ? null : user ? face(name, "square") : h("span.app-mark", { "aria-hidden": "true" }, "A")),
      h("div.s-content", {},
        mine && h("div.s-only", {}, icon("eye", 14), t("only_you"), h("button.quiet", { type: "button", onclick: dismiss }, t("dismiss"))),
        !follows && head, content, one.attachments.map((each) => attachment(each, where)), one.edited && !one.bot && h("span.soft", {}, ` (${t("edited")})`)),
      !mine && actionsButton(t("more_actions"), "more", [{ text: t("suggest_this"), go: suggest }], `more-${one.ts}`));
  }

  const attachment = (each, where) => h("div.s-attach", {}, each.blocks ? blocks(each.blocks, on(where)) : [h("b", {}, each.title || ""), h("p", {}, each.text || each.fallback || "")]);

  function drawHome(now) {
    const view = now.home;
    match(home, [view
      ? { key: view.id, sign: sign(view.hash, ui.language), draw: () => h("div.s-home-in", { tabindex: "-1" }, blocks(view.blocks, on({ view: view.id }), { state: view.state.values })) }
      : { key: "none", sign: spoken(), fresh: false, draw: () => h("div.empty", {}, icon("home", 30), h("p", {}, t("nothing_home"))) }]);
  }

  /** The modal on top. While it is the same view it is only filled anew: what was typed, and where, stays. */
  function drawModal(now) {
    const view = now.views[now.views.length - 1];
    const looks = view ? sign(view.id, view.hash, view.errors, ui.language) : "";
    if (shown?.looks === looks) return;
    const same = Boolean(view && shown?.view === view.id && shown.box);
    if (!same) shown?.remove();
    if (!view) {
      shown = null;
      return;
    }
    const form = formOf(view, on({ view: view.id }), same ? shown.form : null);
    const close = () => {
      shown = { looks, remove: () => {} };
      does({ act: "close", view: view.id });
    };
    const send = h("button.primary", { type: "button", data: { focus: "send" }, onclick: () => does({ act: "submit", view: view.id, values: form.values() }, send) }, view.submit?.text || "");
    const cancel = h("button.plain", { type: "button", data: { focus: "cancel" }, onclick: () => shown.shut() }, view.close?.text || t("cancel"));
    const foot = [cancel, view.submit && send].filter(Boolean);
    if (same) {
      const held = shown.box.contains(document.activeElement);
      shown.box.setAttribute("aria-label", view.title.text);
      shown.box.querySelector(".dialog-head h2").textContent = view.title.text;
      shown.box.querySelector(".dialog-foot").replaceChildren(...foot);
      shown.box.querySelector(".dialog-body").replaceChildren(form.root);
      shown = { ...shown, form, looks };
      if (held) form.focus(shown.box);
    } else shown = { ...dialog(body, { title: view.title.text, body: form.root, foot, kind: "s-modal", close }), form, view: view.id, looks };
    form.root.querySelector(".wrong .b-field")?.focus();
  }

  function warn(now) {
    const count = now.warnings.length;
    const key = now.user;
    if (warned?.key === key && count > warned.count) note(body, now.warnings[count - 1], "bad");
    warned = { key, count };
  }

  function composer() {
    const field = h("input.write-field", { type: "text", autocomplete: "off", "aria-autocomplete": "list", oninput: () => hint(), onfocus: () => hint() });
    const hints = h("div.hints", { role: "listbox", hidden: true });
    const send = h("button.send", { type: "submit", "aria-label": t("send") }, icon("send", 18));
    const compose = actionsButton(t("more_actions"), "plus", [{ text: t("compose_story"), go: () => does({ act: "shortcut", callback_id: "compose" }) }], "compose");
    const form = h("form.write", { onsubmit: (event) => [event.preventDefault(), go()] }, hints, compose, field, send);
    let place = "";
    const go = async () => {
      const text = field.value.trim();
      if (!text) return;
      field.value = "";
      hints.hidden = true;
      const [command, ...rest] = text.split(" ");
      const done = command.startsWith("/") ? await does({ act: "command", channel: place, command, text: rest.join(" ") }, send) : await does({ act: "say", channel: place, text }, send);
      if (done === null) field.value = text;
    };
    const hint = () => {
      const typed = field.value;
      const fits = typed.startsWith("/") ? WORDS.filter((one) => `${COMMAND} ${one}`.startsWith(typed) && `${COMMAND} ${one}` !== typed) : [];
      hints.hidden = !fits.length;
      hints.replaceChildren(...fits.map((one) => h("button.hint", { type: "button", role: "option", onclick: () => pick(one) }, h("b", {}, `${COMMAND} ${one}`), h("span.soft", {}, t(`c_${one}`)))));
    };
    const pick = (one) => {
      field.value = `${COMMAND} ${one}${one === "compose" ? " " : ""}`; // a link follows
      hints.hidden = true;
      field.focus();
      if (one !== "compose") go();
    };
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") hints.hidden = true;
      if (!["ArrowUp", "ArrowDown"].includes(event.key) || hints.hidden) return;
      event.preventDefault();
      const all = [...hints.children];
      const at = all.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      (all[at] || field).focus();
    });
    form.addEventListener("focusout", (event) => !form.contains(event.relatedTarget) && (hints.hidden = true));
    return {
      root: form,
      draw: (where, name) => {
        place = where;
        for (const one of ["aria-label", "title"]) compose.setAttribute(one, t("more_actions"));
        field.placeholder = `${t("write_to", { name })} · ${t("command_hint")}`;
        field.setAttribute("aria-label", t("write_to", { name }));
      },
    };
  }

  return { root, draw, open, command: (channel, text) => does({ act: "command", channel, command: COMMAND, text }) };
}
