// The third column: the networks as the public sees them, and the company's news site.

import { face, h, icon, match, sign } from "./dom.js";
import { note } from "./overlay.js";
import { department } from "./people.js";
import { act, asPerson, changed, here, keep, person, store, ui } from "./store.js";
import { spoken, t, when } from "./words.js";

const SHOWN = {
  linkedin: { name: "LinkedIn", mark: "in", home: "https://www.linkedin.com/feed/" },
  mastodon: { name: "Mastodon", mark: "M", home: "https://nordlicht.social/home" },
  bluesky: { name: "Bluesky", mark: "b", home: "https://bsky.app/" },
  more: { name: "", mark: "…", home: "" },
  site: { name: "", mark: "N", home: "https://www.nordlicht.example/" },
};
// Whatever network has no tab of its own is under "more".
const worldsOf = (key) => (key === "more" ? Object.keys(store.worlds).filter((one) => store.worlds[one]?.labels && !SHOWN[one]) : [key]);
const WEB = /https?:\/\/[^\s<>"'\\]*[^\s<>"'\\.,;:!?)\]}…]|[#@][\p{L}\p{N}_]+/gu;

/** Build the column. Answers {root, draw, open(network)}; `onlink(url)` hears of links that were opened. */
export function networksColumn(onlink) {
  const tabs = h("div.n-tabs", { role: "tablist", "aria-label": t("networks") });
  const feed = h("div.n-list");
  const info = h("div.n-info");
  const panel = h("div.n-feed", { role: "tabpanel", tabindex: "0", id: "feed" }, info, feed);
  const root = h("section.window.networks", { "aria-label": t("networks"), id: "networks" },
    h("header.win-head", {}, h("h2", {}, h("span.mark", { "aria-hidden": "true" }, icon("team", 16)), t("networks"), h("span.played", {}, t("played")))), tabs, h("div.win-body", {}, panel));
  const seen = {};
  let was = "";

  const current = () => (SHOWN[ui.network] ? ui.network : "linkedin");
  const open = (network) => {
    ui.network = network;
    keep();
    changed();
  };
  const postsOf = (key) => worldsOf(key).flatMap((one) => (store.worlds[one]?.posts || []).map((post) => ({ ...post, world: one })));
  const viewer = () => ui.slack;

  async function does(world, what) {
    try {
      await act(world, what);
    } catch (wrong) {
      note(panel, t("trouble", { why: wrong.message }), "bad");
    }
  }

  function draw() {
    const key = current();
    drawTabs(key);
    root.dataset.network = key;
    if (was !== key + spoken()) {
      delete feed.dataset.drawn;
      feed.replaceChildren();
      panel.scrollTop = 0;
    }
    was = key + spoken();
    drawInfo(key);
    if (key === "site") return match(feed, articles());
    const posts = [...postsOf(key)].sort((a, b) => (a.at < b.at ? 1 : -1));
    const items = posts.map((one) => ({ key: `${one.world}/${one.id}`, sign: sign(one, viewer(), spoken()), draw: () => post(key, one) }));
    if (!items.length) items.push({ key: "empty", sign: key, fresh: false, draw: () => h("div.empty", {}, icon("heart", 30), h("h4", {}, t("feed_empty", { network: SHOWN[key].name || t("more_networks") })), h("p", {}, t("feed_empty_hint"))) });
    return match(feed, items);
  }

  function drawTabs(key) {
    match(tabs, Object.entries(SHOWN).map(([id, one]) => {
      const total = id === "site" ? 0 : worldsOf(id).reduce((sum, each) => sum + (store.worlds[each]?.total || 0), 0);
      if (seen[id] === undefined || id === key) seen[id] = total;
      const fresh = Math.max(0, total - seen[id]);
      const name = one.name || t(id === "more" ? "more_networks" : "site");
      return { key: id, sign: sign(name, id === key, fresh), fresh: false, draw: () => h("button.n-tab", {
        type: "button", role: "tab", "aria-selected": String(id === key), "aria-controls": "feed", tabindex: id === key ? "0" : "-1", data: { network: id, focus: id },
        onclick: () => open(id), onkeydown: (event) => step(event, id) }, h("span.n-mark", { "aria-hidden": "true" }, one.mark), name, fresh > 0 && h("span.count", {}, fresh > 9 ? "9+" : String(fresh))) };
    }));
  }

  function step(event, id) {
    const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!way) return;
    const all = Object.keys(SHOWN);
    open(all[(all.indexOf(id) + way + all.length) % all.length]);
    tabs.querySelector("[aria-selected=true]")?.focus();
  }

  function drawInfo(key) {
    const world = store.worlds[key] || {};
    const who = person(viewer());
    const count = (world.connected || []).length;
    match(info, [{ key, sign: sign(key, count, who?.key, spoken()), fresh: false, draw: () => h("div.n-info-in", {},
      ["linkedin", "mastodon", "bluesky"].includes(key) && h("span", {}, icon("link", 14), t("connected", { n: count })),
      key === "bluesky" && who && h("a", { href: here(`https://bsky.app/settings/app-passwords?playground_person=${encodeURIComponent(who.key)}`), target: "_blank", rel: "noopener" }, icon("lock", 14), t("app_password", { name: who.name })),
      SHOWN[key].home && h("a", { href: here(SHOWN[key].home), target: "_blank", rel: "noopener", onclick: () => asPerson(viewer()) }, icon("out", 14), new URL(SHOWN[key].home).host)) }]);
  }

  const opened = (url) => () => [asPerson(viewer()), onlink(url)];

  function post(key, one) {
    const who = person(one.person);
    const name = who?.name || one.person;
    const { world } = one;
    const label = key === "more" && store.worlds[world].labels[one.network];
    const mine = one.person === viewer();
    const button = (kind, drawing, count, what) => h("button.quiet", { type: "button", data: { focus: kind }, "aria-label": `${t(kind)} (${count})`, onclick: () => does(world, { act: what, id: one.id }) }, icon(drawing, 16), count > 0 && String(count));
    return h("article.n-post", { tabindex: "-1", class: `on-${one.network || key} ${mine ? "mine" : ""}` },
      h("header.n-author", {}, face(name), h("div", {}, h("b", {}, name), h("span.soft", {}, who ? t("works_at", { department: department(who), company: store.company }) : ""),
        h("span.soft", {}, when(one.at), " · ", t(`via_${one.via}`))), label && h("span.n-label", {}, label)),
      one.text && h("p.n-text", {}, rich(one.text)),
      preview(one),
      h("footer.n-foot", {}, button("like", key === "linkedin" ? "thumb" : "heart", one.likes, "like"), button("repost", "again", one.reposts, "repost"),
        h("span.grow"), mine && h("button.quiet", { type: "button", data: { focus: "remove" }, onclick: () => does(world, { act: "delete", id: one.id }) }, icon("trash", 16), t("remove")),
        h("a.quiet", { href: here(one.url), target: "_blank", rel: "noopener", "aria-label": `${name}: ${t("opens_tab")}`, onclick: () => asPerson(viewer()) }, icon("out", 15))));
  }

  /** A post's text: links, hashtags and names stand out; only links lead anywhere. */
  function rich(text) {
    const out = [];
    let end = 0;
    for (const found of text.matchAll(WEB)) {
      out.push(text.slice(end, found.index));
      const word = found[0];
      out.push(word.startsWith("http") ? h("a", { href: here(word), target: "_blank", rel: "noopener", onclick: opened(word) }, shorter(word)) : h("span.tag", {}, word));
      end = found.index + word.length;
    }
    out.push(text.slice(end));
    return out;
  }

  const shorter = (url) => url.replace(/^https?:\/\//, "");

  function preview(one) {
    if (!one.url_of_link || (!one.title && !one.image && one.text.includes(one.url_of_link))) return null;
    const picture = one.image && h("img", { src: here(one.image), alt: "", loading: "lazy" });
    return h("a.n-card", { href: here(one.url_of_link), target: "_blank", rel: "noopener", onclick: opened(one.url_of_link) }, picture,
      h("span.n-card-text", {}, h("b", {}, one.title || shorter(one.url_of_link)), h("span.soft", {}, one.title ? shorter(one.url_of_link) : "")));
  }

  function articles() {
    return (store.worlds.site?.articles || []).map((one) => ({ key: one.slug, sign: sign(one, spoken()), fresh: false, draw: () => h("article.n-post.n-article", { tabindex: "-1" },
      h("a.n-card", { href: here(one.url), target: "_blank", rel: "noopener" }, h("img", { src: here(one.picture), alt: "", loading: "lazy" }),
        h("span.n-card-text", {}, h("b", {}, one.title), h("span.soft", { lang: one.language }, one.summary))),
      h("footer.n-foot", {}, h("span.soft", {}, icon("eye", 15), t("visits", { n: one.visited })), h("span.soft", {}, t("crawls", { n: one.crawled })))) }));
  }

  return { root, draw, open };
}
