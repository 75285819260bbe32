// Draws Adaptive Cards up to 1.5 (https://adaptivecards.io/explorer/) and the Markdown of their texts, as Teams does.

import { h, icon, isAddress } from "./dom.js";
import { here } from "./store.js";
import { t } from "./words.js";

const PART = /\\([\\`*_{}[\]()#+\-.!~>|&])|\*\*(\S(?:.*?\S)?)\*\*|(?<!\w)__(\S(?:.*?\S)?)__(?!\w)|\*(\S(?:[^*]*?\S)?)\*|(?<!\w)_(\S(?:[^_]*?\S)?)_(?!\w)|\[((?:\\.|[^\]\\])+)\]\((\S+?)\)|`([^`]+)`|~~(.+?)~~|(https?:\/\/[^\s<>"'\\]*[^\s<>"'\\.,;:!?)\]}…])/g;

/** The part of Markdown that cards know: bold, italic, strike, code, links, lists. Text nodes and elements only. */
export function markdown(text, onlink) {
  const lines = String(text).split(/\r?\n/);
  const out = [];
  let list = null;
  for (const line of lines) {
    const bullet = line.match(/^\s*[-*+]\s+(.*)$/);
    const number = line.match(/^\s*\d+[.)]\s+(.*)$/);
    if (bullet || number) {
      const kind = bullet ? "ul" : "ol";
      if (list?.localName !== kind) out.push((list = h(kind)));
      list.append(h("li", {}, inline((bullet || number)[1], onlink)));
    } else {
      if (out.length && !list) out.push(h("br"));
      list = null;
      out.push(...inline(line, onlink));
    }
  }
  return out;
}

function inline(text, onlink) {
  const out = [];
  let end = 0;
  for (const found of text.matchAll(PART)) {
    out.push(text.slice(end, found.index));
    const [whole, escaped, bold, strong, star, under, label, url, code, strike, bare] = found;
    if (escaped) out.push(escaped);
    else if (bold || strong) out.push(h("strong", {}, inline(bold || strong, onlink)));
    else if (star || under) out.push(h("em", {}, inline(star || under, onlink)));
    else if (url) out.push(isAddress(url) ? anchor(url, inline(label, onlink), onlink) : label);
    else if (code) out.push(h("code", {}, code));
    else if (strike) out.push(h("s", {}, inline(strike, onlink)));
    else out.push(anchor(bare, bare, onlink));
    end = found.index + whole.length;
  }
  out.push(text.slice(end));
  return out;
}

const anchor = (url, text, onlink) => h("a", { href: here(url), target: "_blank", rel: "noopener", onclick: () => onlink && onlink(url) }, text);

/**
 * One card. `on` has run(action, inputs, button) for what the product hears of, and link(url).
 * Answers the element; inputs keep what was typed as long as the element lives.
 */
export function card(content, on) {
  const root = h("div.card");
  const context = { on, root, inputs: () => inputsOf(root) };
  root.append(...elements(content.body || [], context));
  if (content.actions?.length) root.append(actions(content.actions, context));
  if (content.selectAction) choose(root, content.selectAction, context);
  return root;
}

/** What stands in the inputs: {id: value}, as Teams would send it. */
export function inputsOf(root) {
  const values = {};
  for (const field of root.querySelectorAll("[data-input]")) {
    if (field.closest("[hidden]")) continue;
    const boxes = [...field.querySelectorAll("input")];
    if (field.dataset.kind === "toggle") values[field.dataset.input] = boxes[0].checked ? field.dataset.on : field.dataset.off;
    else if (boxes.length) values[field.dataset.input] = boxes.filter((box) => box.checked).map((box) => box.value).join(",");
    else values[field.dataset.input] = field.value;
  }
  return values;
}

function elements(list, context) {
  return list.map((one) => {
    const draw = ELEMENTS[one.type];
    const made = draw ? draw(one, context) : one.fallback && one.fallback !== "drop" ? elements([one.fallback], context)[0] : null;
    if (!made) return null;
    if (one.spacing) made.classList.add(`gap-${one.spacing.toLowerCase()}`);
    if (one.separator) made.classList.add("separated");
    if (one.id && !one.type.startsWith("Input.")) made.dataset.element = one.id;
    if (one.isVisible === false) made.hidden = true;
    if (one.selectAction) choose(made, one.selectAction, context);
    return made;
  }).filter(Boolean);
}

const low = (word, otherwise) => String(word || otherwise).toLowerCase();

const ELEMENTS = {
  TextBlock: (one, context) => {
    const tag = one.style === "heading" || (low(one.size) === "large" && low(one.weight) === "bolder") ? "h4" : "div";
    const kinds = [`size-${low(one.size, "default")}`, `weight-${low(one.weight, "default")}`, `colour-${low(one.color, "default")}`, one.isSubtle ? "subtle" : "", one.wrap ? "" : "one-line", one.horizontalAlignment ? `to-${low(one.horizontalAlignment)}` : ""];
    return h(`${tag}.c-text`, { class: kinds.filter(Boolean).join(" ") }, markdown(one.text, context.on.link));
  },
  RichTextBlock: (one, context) => h("div.c-text.runs", {}, one.inlines.map((run) => (typeof run === "string" ? run : h(run.strikethrough ? "s" : run.highlight ? "mark" : "span", { class: [`weight-${low(run.weight, "default")}`, `colour-${low(run.color, "default")}`, run.italic && "italic", run.strikethrough && "struck", run.underline && "underlined", run.isSubtle && "subtle"].filter(Boolean).join(" ") }, run.selectAction?.url ? anchor(run.selectAction.url, run.text, context.on.link) : run.text)))),
  Image: (one) => {
    const made = h("img.c-image", { src: here(one.url), alt: one.altText || "", loading: "lazy", class: `image-${low(one.size, "auto")} ${one.style === "person" ? "round" : ""}` });
    made.addEventListener("error", () => made.replaceWith(h("span.b-missing", {}, one.altText || "")), { once: true });
    return made;
  },
  ImageSet: (one, context) => h("div.c-images", {}, elements(one.images, context)),
  Media: (one) => h("div.c-text.subtle", {}, one.altText || ""),
  FactSet: (one, context) => h("dl.c-facts", {}, one.facts.map((fact) => [h("dt", {}, markdown(fact.title, context.on.link)), h("dd", {}, markdown(fact.value, context.on.link))])),
  Container: (one, context) => h("div.c-box", { class: `style-${low(one.style, "default")}` }, elements(one.items, context)),
  ColumnSet: (one, context) => h("div.c-columns", {}, (one.columns || []).map((column) => {
    const wide = column.width ?? "stretch";
    const number = typeof wide === "number" || /^\d+$/.test(wide) ? Number(wide) : null;
    const made = h("div.c-column", { class: `style-${low(column.style, "default")} ${number ? "part" : `width-${low(wide)}`} at-${low(column.verticalContentAlignment, "top")}`, vars: number ? { "--part": number } : {} }, elements(column.items || [], context));
    if (column.spacing) made.classList.add(`gap-${low(column.spacing)}`);
    if (column.selectAction) choose(made, column.selectAction, context);
    return made;
  })),
  Table: (one, context) => h("table.c-table", {}, (one.rows || []).map((row, at) => h("tr", {}, row.cells.map((cell) => h(at === 0 && one.firstRowAsHeader !== false ? "th" : "td", {}, elements(cell.items || [], context)))))),
  ActionSet: (one, context) => actions(one.actions, context),
  "Input.Text": (one) => labelled(one, one.isMultiline
    ? h("textarea.c-field", { ...common(one), rows: Math.min(9, Math.max(4, String(one.value || "").split("\n").length + 2)), maxlength: one.maxLength, value: one.value || "" })
    : h("input.c-field", { ...common(one), type: { email: "email", url: "url", tel: "tel", password: "password" }[low(one.style)] || "text", maxlength: one.maxLength, value: one.value || "" })),
  "Input.Number": (one) => labelled(one, h("input.c-field", { ...common(one), type: "number", min: one.min, max: one.max, value: one.value ?? "" })),
  "Input.Date": (one) => labelled(one, h("input.c-field", { ...common(one), type: "date", min: one.min, max: one.max, value: one.value || "" })),
  "Input.Time": (one) => labelled(one, h("input.c-field", { ...common(one), type: "time", value: one.value || "" })),
  "Input.Toggle": (one) => {
    const box = h("input", { type: "checkbox" });
    box.checked = String(one.value ?? "false") === String(one.valueOn ?? "true");
    const data = { input: one.id, kind: "toggle", on: String(one.valueOn ?? "true"), off: String(one.valueOff ?? "false") };
    return h("div.c-input", {}, one.label && h("span.c-label", {}, one.label), h("label.check", { data }, box, one.title));
  },
  "Input.ChoiceSet": (one) => {
    const chosen = new Set(String(one.value || "").split(","));
    if (!one.isMultiSelect && one.style !== "expanded") {
      const made = h("select.c-field", common(one), h("option", { value: "" }, one.placeholder || t("choose")), (one.choices || []).map((each) => h("option", { value: each.value }, each.title)));
      made.value = one.value || "";
      return labelled(one, made);
    }
    const kind = one.isMultiSelect ? "checkbox" : "radio";
    const boxes = (one.choices || []).map((each) => {
      const box = h("input", { type: kind, name: `choice-${one.id}`, value: each.value });
      box.checked = chosen.has(each.value);
      return h("label.check", {}, box, each.title);
    });
    return h("div.c-input", { role: "group", "aria-label": one.label }, one.label && h("span.c-label", {}, one.label), h("div.b-ticks", { data: { input: one.id, kind } }, boxes));
  },
};

const common = (one) => ({ id: `c-${one.id}`, placeholder: one.placeholder, data: { input: one.id, focus: `in-${one.id}` }, "aria-required": one.isRequired ? "true" : null });
const labelled = (one, field) => h("div.c-input", {}, one.label && h("label.c-label", { for: `c-${one.id}` }, one.label, one.isRequired && h("span.must", {}, " *")), field);

function choose(made, action, context) {
  made.classList.add("selectable");
  made.tabIndex = 0;
  made.setAttribute("role", action.type === "Action.OpenUrl" ? "link" : "button");
  const go = () => run(action, context, made);
  made.addEventListener("click", go);
  made.addEventListener("keydown", (event) => event.key === "Enter" && go());
}

function actions(list, context) {
  const below = h("div.c-below");
  const row = h("div.c-actions", {}, list.map((one) => {
    const kind = one.style === "positive" ? "primary" : one.style === "destructive" ? "danger" : "plain";
    const data = { focus: `${one.title}/${one.verb || one.data?.action || one.url || ""}`, action: one.verb || one.data?.action || "" };
    if (one.type === "Action.OpenUrl") {
      return h(`a.button.${kind}`, { href: here(one.url), target: "_blank", rel: "noopener", data, onclick: () => context.on.link(one.url) }, one.title, icon("out", 14), h("span.unseen", {}, ` (${t("opens_tab")})`));
    }
    const made = h(`button.${kind}`, { type: "button", title: one.tooltip, data, disabled: one.isEnabled === false, onclick: () => (one.type === "Action.ShowCard" ? unfold(one, made, below, context) : run(one, context, made)) },
      one.title, one.type === "Action.ShowCard" && icon("down", 14));
    if (one.type === "Action.ShowCard") made.setAttribute("aria-expanded", "false");
    return made;
  }));
  return h("div.c-action-set", {}, row, below);
}

function unfold(action, button, below, context) {
  const isOpen = button.getAttribute("aria-expanded") === "true";
  for (const one of button.parentElement.querySelectorAll("[aria-expanded]")) one.setAttribute("aria-expanded", "false");
  below.replaceChildren();
  if (isOpen) return;
  button.setAttribute("aria-expanded", "true");
  const inner = { ...context };
  below.append(h("div.c-shown", {}, elements(action.card.body || [], inner), action.card.actions?.length ? actions(action.card.actions, inner) : null));
  below.querySelector("input, textarea, select, button")?.focus();
}

function run(action, context, button) {
  if (action.type === "Action.OpenUrl") {
    context.on.link(action.url);
    return isAddress(action.url) ? open(here(action.url), "_blank", "noopener") : null;
  }
  if (action.type === "Action.ToggleVisibility") {
    for (const target of action.targetElements) {
      const made = context.root.querySelector(`[data-element="${CSS.escape(target.elementId || target)}"]`);
      if (made) made.hidden = target.isVisible === undefined ? !made.hidden : !target.isVisible;
    }
    return null;
  }
  return context.on.run(action, context.inputs(), button);
}
