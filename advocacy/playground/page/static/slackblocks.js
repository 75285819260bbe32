// Draws Block Kit (https://docs.slack.dev/reference/block-kit) and Slack's mrkdwn. Nothing here becomes HTML.

import { h, icon, isAddress } from "./dom.js";
import { here, store } from "./store.js";
import { t } from "./words.js";

const REQUIRED = "Please complete this required field."; // as Slack says it; its client speaks the person's language
const EMOJI = { tada: "🎉", wave: "👋", white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌", warning: "⚠️", eyes: "👀", rocket: "🚀",
  bulb: "💡", chart_with_upwards_trend: "📈", bell: "🔔", link: "🔗", heart: "❤️", "+1": "👍", thumbsup: "👍", smile: "😄", sparkles: "✨", star: "⭐", memo: "📝", calendar: "📅", lock: "🔒" };
const PART = /```([\s\S]+?)```|`([^`\n]+)`|<([^>\n]+)>|(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*(?![\w*])|(?<!\w)_(\S(?:[^_\n]*\S)?)_(?!\w)|(?<![\w~])~(\S(?:[^~\n]*\S)?)~(?!\w)|:([a-z0-9_+-]+):/g;

/** Slack's mrkdwn as nodes: bold, italic, strike, code, links, names, emoji, quotes. */
export function mrkdwn(text, onlink) {
  const out = [];
  for (const line of String(text).split(/(?<=\n)/)) {
    if (/^(&gt;|>) ?/.test(line)) out.push(h("blockquote", {}, inline(line.replace(/^(&gt;|>) ?/, "").trimEnd(), onlink)));
    else out.push(...inline(line, onlink));
  }
  return out;
}

function inline(text, onlink) {
  const out = [];
  let end = 0;
  for (const found of text.matchAll(PART)) {
    out.push(plain(text.slice(end, found.index)));
    const [whole, pre, code, angle, bold, italic, strike, emoji] = found;
    if (pre !== undefined) out.push(h("pre", {}, plain(pre.trim())));
    else if (code !== undefined) out.push(h("code", {}, plain(code)));
    else if (angle !== undefined) out.push(bracket(angle, onlink));
    else if (bold !== undefined) out.push(h("strong", {}, inline(bold, onlink)));
    else if (italic !== undefined) out.push(h("em", {}, inline(italic, onlink)));
    else if (strike !== undefined) out.push(h("s", {}, inline(strike, onlink)));
    else out.push(EMOJI[emoji] || whole);
    end = found.index + whole.length;
  }
  out.push(plain(text.slice(end)));
  return out;
}

const plain = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

function bracket(inside, onlink) {
  const [target, label] = inside.split("|");
  const users = store.worlds.slack?.users || {};
  if (target.startsWith("@")) return h("span.mention", {}, `@${users[target.slice(1)]?.real_name || label || target.slice(1)}`);
  if (target.startsWith("#")) {
    const channel = (store.worlds.slack?.channels || []).find((one) => one.id === target.slice(1));
    return h("span.mention", {}, `#${channel?.name || label || target.slice(1)}`);
  }
  if (target.startsWith("!date")) return label || "";
  if (target.startsWith("!")) return h("span.mention", {}, `@${target.slice(1).split("^")[0]}`);
  const url = plain(target);
  return isAddress(url) ? link(url, plain(label || target), onlink) : `<${plain(inside)}>`;
}

/** A link that opens in a new tab. */
export function link(url, text, onlink, kind = "a") {
  return h(kind, { href: here(url), target: "_blank", rel: "noopener", onclick: () => onlink && onlink(url) }, text);
}

/** A text object. */
export function words(object, onlink) {
  if (!object) return [];
  if (object.type === "mrkdwn") return mrkdwn(object.text, onlink);
  return [object.emoji === false ? object.text : object.text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => EMOJI[name] || whole)];
}

/**
 * All blocks. `on` has press(element, block, value), link(url), ask(confirm, then); `state` are values chosen before,
 * `errors` sentences per block id; `form` is true in a modal.
 */
export function blocks(list, on, { state = {}, errors = {} } = {}) {
  return list.map((block) => {
    const draw = KINDS[block.type];
    return draw ? draw(block, on, state[block.block_id] || {}, errors[block.block_id]) : h("p.soft", {}, `[${block.type}]`);
  });
}

const KINDS = {
  header: (block) => h("h3.b-header", {}, words(block.text)),
  divider: () => h("hr.b-divider"),
  section: (block, on, state) => h("div.b-section", {},
    h("div.b-section-text", {}, block.text && h("div.b-text", {}, words(block.text, on.link)),
      block.fields && h("div.b-fields", {}, block.fields.map((one) => h("div", {}, words(one, on.link))))),
    block.accessory && h("div.b-accessory", {}, element(block.accessory, block, on, state))),
  context: (block, on) => h("div.b-context", {}, block.elements.map((one) => (one.type === "image" ? picture(one, "b-thumb") : h("span", {}, words(one, on.link))))),
  image: (block) => h("figure.b-image", {}, block.title && h("figcaption", {}, words(block.title)), picture(block, "b-picture")),
  actions: (block, on, state) => h("div.b-actions", {}, block.elements.map((one) => element(one, block, on, state))),
  rich_text: (block, on) => h("div.b-rich", {}, block.elements.map((one) => rich(one, on))),
  markdown: (block, on) => h("div.b-text", {}, mrkdwn(block.text.replace(/\*\*(.+?)\*\*/g, "*$1*"), on.link)),
  table: (block, on) => h("table.b-table", {}, block.rows.map((row, at) => h("tr", {}, row.map((cell) => h(at ? "td" : "th", {}, cell.type === "rich_text" ? cell.elements.map((one) => rich(one, on)) : cell.text))))),
  alert: (block, on) => h("div.b-alert", {}, words(block.text, on.link)),
  input: (block, on, state, error) => {
    const id = `in-${block.block_id}-${block.element.action_id}`;
    const many = ["checkboxes", "radio_buttons"].includes(block.element.type);
    const label = h(many ? "span.b-label" : "label.b-label", { for: many ? null : id, id: `${id}-l` }, words(block.label), block.optional && h("span.soft", {}, ` (${t("optional")})`));
    const field = element(block.element, block, on, state, id);
    if (error) field.setAttribute("aria-invalid", "true");
    return h("div.b-input", { class: error ? "wrong" : "", data: { block: block.block_id } }, label, field,
      error && h("p.b-error", { role: "alert" }, error === REQUIRED ? t("slack_required") : error), block.hint && h("p.b-hint", {}, words(block.hint)));
  },
};

function picture(block, kind) {
  const made = h(`img.${kind}`, { src: here(block.image_url || ""), alt: block.alt_text || "", loading: "lazy" });
  made.addEventListener("error", () => made.replaceWith(h("span.b-missing", {}, block.alt_text || "")), { once: true });
  return made;
}

function rich(part, on) {
  const run = (one) => {
    if (one.type === "link") return styled(one, link(one.url, one.text || one.url, on.link));
    if (one.type === "emoji") return EMOJI[one.name] || `:${one.name}:`;
    if (one.type === "user") return bracket(`@${one.user_id}`);
    if (one.type === "channel") return bracket(`#${one.channel_id}`);
    return styled(one, linked(one.text || "", on));
  };
  if (part.type === "rich_text_list") return h(part.style === "ordered" ? "ol" : "ul", {}, part.elements.map((one) => h("li", {}, one.elements.map(run))));
  if (part.type === "rich_text_quote") return h("blockquote", {}, part.elements.map(run));
  if (part.type === "rich_text_preformatted") return h("pre", {}, part.elements.map(run));
  return h("div.b-run", {}, part.elements.map(run));
}

function styled(one, inside) {
  const style = one.style || {};
  let made = inside;
  for (const [name, tag] of [["code", "code"], ["strike", "s"], ["italic", "em"], ["bold", "strong"]]) if (style[name]) made = h(tag, {}, made);
  return made;
}

/** Plain text in which bare web addresses can be clicked, as Slack's client draws it. */
export function linked(text, on) {
  const out = [];
  let end = 0;
  for (const found of text.matchAll(/https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]}…]/g)) {
    out.push(text.slice(end, found.index), link(found[0], found[0], on.link));
    end = found.index + found[0].length;
  }
  out.push(text.slice(end));
  return out;
}

function element(one, block, on, state, id = "") {
  const draw = ELEMENTS[one.type] || (one.options || one.option_groups ? ELEMENTS.static_select : ELEMENTS.plain_text_input);
  const made = draw(one, block, on, state[one.action_id], id);
  made.dataset.focus = `${block.block_id}/${one.action_id}`;
  if (one.action_id) made.dataset.action = one.action_id;
  return made;
}

const change = (one, block, on, value) => block.type !== "input" && on.press(one, block, value);

const ELEMENTS = {
  image: (one) => picture(one, "b-square"),
  button: (one, block, on) => {
    const kind = one.style === "primary" ? "primary" : one.style === "danger" ? "danger" : "plain";
    if (one.url) {
      const go = () => [on.link(one.url), on.press(one, block, one.value)];
      return h(`a.button.${kind}`, { href: here(one.url), target: "_blank", rel: "noopener", onclick: go }, words(one.text), icon("out", 14), h("span.unseen", {}, ` (${t("opens_tab")})`));
    }
    const press = () => on.press(one, block, one.value, made);
    const made = h(`button.${kind}`, { type: "button", "aria-label": one.accessibility_label, onclick: () => (one.confirm ? on.ask(one.confirm, press) : press()) }, words(one.text));
    return made;
  },
  overflow: (one, block, on) => menuOf(one, block, on, null, "", "⋯"),
  static_select: (one, block, on, state, id) => menuOf(one, block, on, state, id, one.placeholder?.text || t("choose")),
  multi_static_select: (one, block, on, state, id) => ticks(one, block, on, state, id, "checkbox"),
  checkboxes: (one, block, on, state, id) => ticks(one, block, on, state, id, "checkbox"),
  radio_buttons: (one, block, on, state, id) => ticks(one, block, on, state, id, "radio"),
  users_select: (one, block, on, state, id) => {
    const users = Object.entries(store.worlds.slack?.users || {}).filter(([, user]) => !user.is_bot);
    const options = users.map(([value, user]) => ({ value, text: { text: user.real_name } }));
    return menuOf({ ...one, options }, block, on, { selected_option: { value: state?.selected_user || one.initial_user || "" } }, id, t("choose"));
  },
  plain_text_input: (one, block, on, state, id) => {
    const types = { email_text_input: "email", url_text_input: "url", number_input: "number", datepicker: "date", timepicker: "time" };
    const value = state?.value ?? state?.selected_date ?? state?.selected_time ?? one.initial_value ?? one.initial_date ?? one.initial_time ?? "";
    const props = { id, class: "b-field", placeholder: one.placeholder?.text, maxlength: one.max_length, name: one.action_id, value };
    if (one.multiline) return h("textarea", { ...props, rows: Math.min(9, Math.max(4, String(value).split("\n").length + 2)) });
    return h("input", { ...props, type: types[one.type] || "text", autocomplete: "off", onchange: (event) => change(one, block, on, event.target.value) });
  },
};

function optionsOf(one) {
  return one.options ? [[null, one.options]] : (one.option_groups || []).map((group) => [group.label.text, group.options]);
}

function menuOf(one, block, on, state, id, hint) {
  const chosen = (state ? state.selected_option : one.initial_option)?.value || "";
  const rows = optionsOf(one).map(([title, options]) => {
    const made = options.map((option) => h("option", { value: option.value }, option.text.text));
    return title ? h("optgroup", { label: title }, made) : made;
  });
  const made = h("select.b-field", { id, name: one.action_id, "aria-label": id ? null : hint, onchange: (event) => change(one, block, on, event.target.value) }, h("option", { value: "" }, hint), rows);
  made.value = chosen;
  return made;
}

function ticks(one, block, on, state, id, kind) {
  const first = kind === "radio" ? [state ? state.selected_option : one.initial_option] : state ? state.selected_options : one.initial_options;
  const chosen = new Set((first || []).filter(Boolean).map((option) => option.value));
  const made = h("div.b-ticks", { role: kind === "radio" ? "radiogroup" : "group", "aria-labelledby": `${id}-l` }, optionsOf(one).flatMap(([, options]) => options).map((option) => {
    const box = h("input", { type: kind, name: `${block.block_id}-${one.action_id}`, value: option.value, onchange: () => change(one, block, on, picked(made)) });
    box.checked = chosen.has(option.value);
    return h("label.check", {}, box, h("span", {}, words(option.text), option.description && h("span.soft", {}, words(option.description))));
  }));
  return made;
}

const picked = (made) => {
  const values = [...made.querySelectorAll("input:checked")].map((box) => box.value);
  return made.getAttribute("role") === "radiogroup" ? values[0] || "" : values;
};

/** What stands in the inputs of a modal: {block id: {action id: value}}. */
export function valuesOf(root) {
  const values = {};
  for (const box of root.querySelectorAll(".b-input")) {
    const field = box.querySelector("[data-action]");
    const value = field.classList.contains("b-ticks") ? picked(field) : field.value;
    values[box.dataset.block] = { [field.dataset.action]: value };
  }
  return values;
}

