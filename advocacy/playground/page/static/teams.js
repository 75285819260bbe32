// The Teams window: the team's channels, the chat with the bot, own views of cards, dialogs, short notes.

import { actionsButton } from "./actions.js";
import { card, markdown } from "./cards.js";
import { face, h, icon, match, sign } from "./dom.js";
import { log } from "./log.js";
import { dialog, note } from "./overlay.js";
import { switcher } from "./people.js";
import { act, asPerson, changed, keep, markRead, me, store, ui, unread } from "./store.js";
import { dayOf, spoken, t, when } from "./words.js";

const ADAPTIVE = "application/vnd.microsoft.card.adaptive";
const WORDS = ["feed", "compose", "me", "leaderboard", "accounts", "help"];
const LOOKED_AT = 6;
const BOT = "@advocacy";

/** Build the window. Answers {root, draw, open(place)}. */
export function teamsWindow() {
  const who = switcher("teams");
  const rail = h("nav.t-rail", { "aria-label": t("teams") });
  const side = h("nav.t-side", { "aria-label": t("channels") });
  const top = h("header.t-top");
  const messages = log(t("messages"));
  const write = composer();
  const main = h("div.t-main", {}, top, messages.root, write.root);
  const gone = h("div.absent");
  const body = h("div.win-body", {}, rail, side, main, gone);
  const toggle = h("button.quiet.icon-only.side-toggle", { type: "button", "aria-label": t("show_list"), onclick: () => body.classList.toggle("side-open") }, icon("menu"));
  const root = h("section.window.teams", { "aria-label": t("teams"), id: "teams" },
    h("header.win-head", {}, toggle, h("h2", {}, h("span.mark", { "aria-hidden": "true" }, "T"), t("teams"), h("span.played", {}, t("played"))), who.button), body);
  const looked = new Set();
  let shown = null;
  let toast = "";

  const world = () => store.worlds.teams || {};
  const open = (place) => {
    ui.at = { ...ui.at, teams: place };
    keep();
    body.classList.remove("side-open");
    looked.clear();
    changed();
  };

  /** Do something as the person in front; a sentence appears when it did not work. */
  async function does(what, button) {
    messages.follow();
    button?.classList.add("busy");
    try {
      return await act("teams", { user: world().user, ...what });
    } catch (wrong) {
      note(body, t("trouble", { why: wrong.message }), "bad");
      return null;
    } finally {
      button?.classList.remove("busy");
    }
  }

  function draw() {
    who.draw();
    const now = world();
    const person = me("teams");
    const here = Boolean(now.user && person && now.user === person.teams);
    gone.hidden = here;
    rail.hidden = side.hidden = main.hidden = !here;
    if (!here) {
      if (person) gone.replaceChildren(face(person.name), h("h3", {}, t("not_here", { name: person.name, product: "Teams" })), h("p.soft", {}, t("not_here_hint")));
      shown?.remove();
      shown = null;
      return;
    }
    const place = placeOf(now);
    const isChat = place === now.chat;
    drawSide(now, place);
    drawTop(now, place, isChat);
    drawMessages(now, place, isChat, person);
    write.draw(place, isChat, now.installed, now.channels.find((one) => one.id === place)?.name || "");
    drawDialog(now);
    drawToast(now);
    lookAt(now, place, isChat);
  }

  function placeOf(now) {
    const wanted = ui.at?.teams;
    if (wanted === "chat") return now.chat;
    const found = now.channels.find((one) => one.id === wanted) || now.channels.find((one) => one.name === "Stories") || now.channels[0];
    return found.id;
  }

  const idsOf = (now, place) => (now.activities[place] || []).map((one) => one.id);

  function drawSide(now, place) {
    const counted = (id) => (id === place ? 0 : unread("teams", id, idsOf(now, id)));
    const badge = (count) => count > 0 && h("span.count", { "aria-label": t("unread", { n: count }) }, count > 9 ? "9+" : String(count));
    const row = (id, target, name, lead) => {
      const count = counted(id);
      return { key: id, sign: sign(name, id === place, count, ui.language), fresh: false, draw: () => h("button.t-row", {
        type: "button", class: `${id === place ? "here" : ""} ${count ? "unread" : ""}`, "aria-current": id === place ? "page" : null, data: { focus: id }, onclick: () => open(target) }, lead(), h("span.grow", {}, name), badge(count)) };
    };
    const title = (key, text) => ({ key, sign: text, fresh: false, draw: () => h("h3", {}, text) });
    match(side, [
      title("t1", t("chats")),
      row(now.chat, "chat", "Advocacy", () => h("span.app-mark.tiny", { "aria-hidden": "true" }, "A")),
      title("t2", t("your_team")),
      { key: "team", sign: now.team.name, fresh: false, draw: () => h("div.t-team", {}, h("span.face.square.small", { "aria-hidden": "true", vars: { "--tint": "#0b6a63" } }, "NE"), h("b", {}, now.team.name)) },
      ...now.channels.map((one) => row(one.id, one.id, one.name, () => (one.private ? icon("lock", 15) : icon("hash", 15)))),
    ]);
    const tile = (key, name, drawing, active, target, count) => ({ key, sign: sign(active, count, ui.language), fresh: false, draw: () => h("button.t-tile", { type: "button", class: active ? "here" : "", "aria-pressed": String(active), data: { focus: key }, onclick: () => open(target) }, icon(drawing, 20), h("span", {}, name), count > 0 && h("span.dot", { "aria-label": t("unread", { n: count }) })) });
    const others = now.channels.reduce((sum, one) => sum + counted(one.id), 0);
    toggle.classList.toggle("unread", others + counted(now.chat) > 0);
    match(rail, [tile("chat", t("chats"), "chat", place === now.chat, "chat", counted(now.chat)), tile("team", t("teams"), "team", place !== now.chat, now.channels[1]?.id || now.channels[0].id, others)]);
  }

  function drawTop(now, place, isChat) {
    const channel = now.channels.find((one) => one.id === place);
    match(top, [{ key: "top", sign: sign(place, channel?.members, ui.language), fresh: false, draw: () => h("div.t-top-in", {},
      isChat ? h("span.app-mark.tiny", { "aria-hidden": "true" }, "A") : icon(channel.private ? "lock" : "hash", 17), h("h3", {}, isChat ? "Advocacy" : channel.name),
      isChat ? h("span.app-tag", {}, t("bot")) : h("span.soft", {}, icon("team", 15), t("members", { n: channel.members }))) }]);
  }

  function drawMessages(now, place, isChat, person) {
    const list = now.activities[place] || [];
    const ids = new Set(list.map((one) => one.id));
    const roots = list.filter((one) => isChat || !one.reply_to || !ids.has(one.reply_to));
    const items = [];
    let day = "";
    for (const one of roots) {
      const today = dayOf(one.at);
      if (today !== day) items.push({ key: `day-${today}`, sign: today, fresh: false, draw: () => h("div.divider", { role: "separator" }, h("span", {}, today)) });
      day = today;
      const replies = isChat ? [] : list.filter((each) => each.reply_to === one.id);
      const looks = [one, ...replies].map((each) => [each.text, each.edited, cardsOf(now, each).map(({ body: rows, actions }) => [rows, actions]), isOwn(now, each)]);
      items.push({ key: one.id, sign: sign(looks, spoken()), flash: isChat || isOwn(now, one), draw: () => (isChat ? bubble(now, one, person) : post(now, one, replies)) });
    }
    if (!list.length) items.push({ key: "empty", sign: spoken() + place, fresh: false, draw: () => h("div.empty", {}, icon("chat", 30), h("h4", {}, t("nothing_here")), h("p", {}, t(isChat ? "nothing_chat" : "nothing_channel"))) });
    messages.show(`${now.user}/${place}/${spoken()}`, items);
    if (!document.hidden) markRead("teams", place, list.map((one) => one.id));
  }

  const isBot = (one) => one.from.id === "bot";
  const author = (one, kind) => (isBot(one) ? h("span.app-mark", { class: kind, "aria-hidden": "true" }, "A") : face(one.from.name, kind));
  const head = (one) => h("div.t-head", {}, h("b", {}, one.from.name), isBot(one) && h("span.app-tag", {}, t("bot")), when(one.at), one.edited && h("span.soft", {}, t("edited")));

  /** What Teams shows in a message's menu: the product's command, on anybody's message. */
  const more = (one) => actionsButton(t("more_actions"), "more", [{ text: t("suggest_this"), go: () => does({ act: "suggest", conversation: one.conversation, activity: one.id }) }], `more-${one.id}`);

  function post(now, one, replies) {
    return h("article.t-post", { tabindex: "-1" },
      h("div.t-post-top", {}, author(one, ""), h("div.t-post-body", {}, head(one), content(now, one)), more(one)),
      replies.length > 0 && h("div.t-replies", {}, replies.map((each) => h("div.t-post-top", {}, author(each, "small"), h("div.t-post-body", {}, head(each), content(now, each)), more(each)))));
  }

  function bubble(now, one, person) {
    const mine = one.from.id === person.teams;
    return h("article.t-bubble", { tabindex: "-1", class: mine ? "mine" : "" }, !mine && author(one, ""), h("div.t-bubble-in", {}, head(one), content(now, one)), more(one));
  }

  function content(now, one) {
    const out = [];
    if (one.text) out.push(h("div.t-text", {}, markdown(one.text.replace(/<at>(.*?)<\/at>/g, "**@$1**"), () => asPerson(ui.teams))));
    const own = isOwn(now, one) && one.conversation !== now.chat; // in the chat with the bot nobody else looks on
    for (const seen of cardsOf(now, one)) out.push(h("div.t-card", { class: own ? "own" : "" }, own && h("div.t-own", {}, icon("eye", 14), t("only_you_card")), card(seen, onCard(one))));
    return out;
  }

  const common = (one) => one.attachments.filter((each) => each.contentType === ADAPTIVE).map((each) => each.content);
  const cardsOf = (now, one) => (now.views[one.id] ? [now.views[one.id]] : common(one));
  const looksOf = (list) => JSON.stringify(list.map((each) => [each.body, each.actions]));
  const isOwn = (now, one) => Boolean(now.views[one.id]) && looksOf(cardsOf(now, one)) !== looksOf(common(one));
  const onCard = (one) => ({
    run: (action, inputs, button) => does({ act: "press", conversation: one.conversation, activity: one.id, action, inputs }, button),
    link: () => asPerson(ui.teams),
  });

  /** Teams' client asks for the person's own view of the cards it shows; so do we, once per visit. */
  function lookAt(now, place, isChat) {
    const cards = (now.activities[place] || []).filter((one) => !isChat && one.attachments.some((each) => each.content?.refresh)).slice(-LOOKED_AT);
    for (const one of cards) {
      const key = `${now.user}/${one.id}`;
      if (looked.has(key)) continue;
      looked.add(key);
      act("teams", { user: now.user, act: "refresh", conversation: one.conversation, activity: one.id }).catch(() => {});
    }
  }

  function drawDialog(now) {
    const looks = now.dialog ? sign(now.dialog, ui.language) : "";
    if ((shown?.looks || "") === looks) return;
    shown?.remove();
    shown = null;
    if (!now.dialog) return;
    const run = (action, inputs, button) => does({ act: "submit", action, inputs }, button);
    const drawn = now.dialog.card ? card(now.dialog.card, { run, link: () => asPerson(ui.teams) }) : h("a", { href: now.dialog.url, target: "_blank", rel: "noopener" }, now.dialog.url);
    const close = () => {
      shown = { looks, remove: () => {} };
      does({ act: "close" });
    };
    shown = { ...dialog(body, { title: now.dialog.title || "Advocacy", body: drawn, kind: "t-dialog", close }), looks };
  }

  function drawToast(now) {
    if (now.toast && now.toast !== toast) {
      note(body, now.toast);
      does({ act: "dismiss" });
    }
    toast = now.toast;
  }

  function composer() {
    const field = h("input.write-field", { type: "text", autocomplete: "off" });
    const send = h("button.send", { type: "submit", "aria-label": t("send") }, icon("send", 18));
    const chips = h("div.chips", {}, WORDS.map((one) => h("button.chip", { type: "button", data: { word: one }, onclick: () => say(t(`w_${one}`)) })));
    const add = h("button.primary", { type: "button", hidden: true, onclick: () => does({ act: "install" }, add) }, t("install"));
    const compose = actionsButton(t("more_actions"), "plus", [{ text: t("compose_story"), go: () => does({ act: "compose", conversation: place }) }], "compose");
    const form = h("form.write", { onsubmit: (event) => [event.preventDefault(), say(field.value.trim())] }, chips, add, compose, field, send);
    let place = "";
    let chat = true;
    const say = async (text) => {
      if (!text) return;
      field.value = "";
      const called = chat || text.toLowerCase().startsWith(BOT);
      const what = { text: called && !chat ? text.slice(BOT.length).trim() : text, mention: called };
      if ((await does({ act: "say", conversation: place, ...what }, send)) === null) field.value = text;
    };
    return {
      root: form,
      draw: (where, isChat, installed, name) => {
        [place, chat] = [where, isChat];
        for (const one of ["aria-label", "title"]) compose.setAttribute(one, t("more_actions"));
        for (const one of chips.children) [one.textContent, one.title] = [t(`w_${one.dataset.word}`), t(`c_${one.dataset.word}`)];
        chips.hidden = !isChat || !installed;
        add.hidden = !isChat || installed;
        field.placeholder = t(isChat ? "write_bot" : "write_channel", { name });
        field.setAttribute("aria-label", field.placeholder);
      },
    };
  }

  return { root, draw, open };
}
