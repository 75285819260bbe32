// Makes elements out of plain values. Text only ever becomes a text node, and addresses must be web addresses.

const SVG = "http://www.w3.org/2000/svg";
const NEVER = new Set(["innerHTML", "outerHTML", "srcdoc", "style"]);

/** An element: h("a.link", {href: "…", onclick: f}, "text", child, [more]). Empty children are left out. */
export function h(what, props = {}, ...children) {
  const [tag, ...classes] = what.split(".");
  const made = document.createElement(tag || "div");
  if (classes.length) made.className = classes.join(" ");
  for (const [name, value] of Object.entries(props || {})) set(made, name, value);
  made.append(...children.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== false && one !== ""));
  return made;
}

function set(made, name, value) {
  if (value === null || value === undefined || value === false || NEVER.has(name)) return;
  if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
  else if (name === "class") made.className = `${made.className} ${value}`.replace(/\s+/g, " ").trim();
  else if (name === "vars") for (const [key, one] of Object.entries(value)) made.style.setProperty(key, one);
  else if (name === "data") for (const [key, one] of Object.entries(value)) made.dataset[key] = one;
  else if (name === "value" && "value" in made) made.value = value;
  else if ((name === "href" || name === "src") && !isWeb(value)) return;
  else made.setAttribute(name, value === true ? "" : value);
}

/** Whether an address out of a message leads to the web or to mail. */
export function isAddress(url) {
  return /^(https?:\/\/|mailto:)\S+$/i.test(String(url));
}

/** Whether an address may be opened or shown: web, our own, a picture inside the message, or mail. */
export function isWeb(url) {
  return /^(https?:\/\/|\/(?!\/)|#|mailto:|data:image\/(png|jpeg|gif);base64,)/i.test(String(url));
}

const PATHS = {
  hash: "M9 4 7 20M17 4l-2 16M4.500 9h16M3.500 15h16",
  lock: "M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3",
  eye: "M2.500 12s3.500-6 9.500-6 9.500 6 9.500 6-3.500 6-9.500 6-9.500-6-9.500-6zM12 9.500a2.500 2.500 0 1 1 0 5 2.500 2.500 0 0 1 0-5",
  send: "M4 4.500 20 12 4 19.500l2.500-7.500zM6.500 12H13",
  close: "M6 6l12 12M18 6 6 18",
  search: "M10.500 4a6.500 6.500 0 1 1 0 13 6.500 6.500 0 0 1 0-13zM15.500 15.500 20 20",
  sun: "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM12 2v2.500M12 19.500V22M2 12h2.500M19.500 12H22M5 5l1.700 1.700M17.300 17.300 19 19M19 5l-1.700 1.700M6.700 17.300 5 19",
  moon: "M20 14.500A8.500 8.500 0 0 1 9.500 4 8.500 8.500 0 1 0 20 14.500z",
  auto: "M4 5h16v11H4zM9 20h6M12 16v4",
  chat: "M4 5h16v11H10l-4 3.500V16H4z",
  team: "M8.500 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM3 19c0-3.500 2.500-5.500 5.500-5.500s5.500 2 5.500 5.500M16 6a2.500 2.500 0 1 1 0 5M16.500 14c2.700 0 4.500 1.800 4.500 5",
  bell: "M6 16v-5a6 6 0 0 1 12 0v5l1.500 2h-15zM10 20.500h4",
  down: "M6 9.500 12 15l6-5.500",
  out: "M13 5h6v6M19 5l-8.500 8.500M10 6H5v13h13v-5",
  heart: "M12 20s-8-4.800-8-10.500A4.500 4.500 0 0 1 12 7a4.500 4.500 0 0 1 8 2.500C20 15.200 12 20 12 20z",
  again: "M7 7h10a2 2 0 0 1 2 2v4M17 17H7a2 2 0 0 1-2-2v-4M9.500 4.500 7 7l2.500 2.500M14.500 14.500 17 17l-2.500 2.500",
  thumb: "M8 11v9H4v-9zM8 11l4-7c1.500 0 2.500 1 2 3l-.7 3H19l-1.500 8.500c-.2 1-.8 1.500-1.800 1.500H8",
  trash: "M5 7h14M10 7V4.500h4V7M7 7l1 13h8l1-13M10.500 11v5M13.500 11v5",
  check: "M5 12.500 10 17.500 19.500 7",
  bolt: "M13 3 5 14h6l-1 7 8-11h-6z",
  chart: "M4 20h16M7 20v-7M12 20V5M17 20v-10",
  link: "M10 14a4 4 0 0 0 5.700 0l3-3A4 4 0 0 0 13 5.300l-1 1M14 10a4 4 0 0 0-5.700 0l-3 3a4 4 0 0 0 5.700 5.700l1-1",
  home: "M4 11.500 12 4.500l8 7M6.500 10v9.500h11V10",
  flag: "M6 21V4h12l-2.500 4L18 12H6",
  menu: "M4 7h16M4 12h16M4 17h16",
  more: "M5.500 12h.01M12 12h.01M18.500 12h.01",
  plus: "M12 5v14M5 12h14",
  play: "M8 5.500 18.500 12 8 18.500z",
};

/** A line drawing that says nothing to screen readers; the button around it has the words. */
export function icon(name, size = 18) {
  const drawing = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", width: size, height: size, class: "icon", "aria-hidden": "true" })) {
    drawing.setAttribute(key, value);
  }
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", PATHS[name] || "");
  drawing.append(line);
  return drawing;
}

/** A colour of one's own, always the same for the same words; dark enough for white letters on it. */
export function tint(words) {
  let sum = 7;
  for (const letter of words) sum = (sum * 31 + letter.codePointAt(0)) >>> 0;
  return `hsl(${(sum * 137) % 360} 46% 31%)`;
}

/** First letters of the first and the last name. */
export function initials(name) {
  const parts = name.replace("Dr. ", "").split(/[\s-]+/).filter(Boolean);
  return ((parts[0] || "?")[0] + (parts.length > 1 ? parts[parts.length - 1][0] : "")).toUpperCase();
}

/** A round or square face with initials. */
export function face(name, kind = "") {
  return h("span.face", { class: kind, "aria-hidden": "true", vars: { "--tint": tint(name) } }, initials(name));
}

/**
 * Make a container's children match a list, touching only what changed, so that focus, scrolling and what was typed
 * stay. Items are {key, sign, draw}: the same key is the same thing, another sign means it looks different now. What is
 * new lights up unless `fresh` is false; what changed does so only with `flash`.
 */
export function match(container, items) {
  const old = new Map([...container.children].map((one) => [one.dataset.key, one]));
  const first = !container.dataset.drawn;
  container.dataset.drawn = "yes";
  let place = null;
  for (const item of items) {
    let node = old.get(item.key);
    if (node && node.dataset.sign !== item.sign) node = swap(node, item);
    else if (!node) node = drawn(item, !first && item.fresh !== false);
    old.delete(item.key);
    const next = place ? place.nextSibling : container.firstChild;
    if (node !== next) container.insertBefore(node, next);
    place = node;
  }
  for (const gone of old.values()) gone.remove();
}

function drawn(item, fresh) {
  const node = item.draw();
  node.dataset.key = item.key;
  node.dataset.sign = item.sign;
  if (fresh) node.classList.add("fresh");
  return node;
}

function swap(node, item) {
  const held = node.contains(document.activeElement) ? document.activeElement.dataset.focus || "" : null;
  const made = drawn(item, Boolean(item.flash));
  node.replaceWith(made);
  if (held !== null) {
    const again = [...made.querySelectorAll("[data-focus]")].find((one) => one.dataset.focus === held);
    (again || made.querySelector("button, a[href], input, textarea, select") || made).focus({ preventScroll: true });
  }
  return made;
}

/** A short fingerprint of a value, to see whether it changed. */
export function sign(...values) {
  const text = JSON.stringify(values);
  let sum = 5381;
  for (let at = 0; at < text.length; at += 1) sum = ((sum * 33) ^ text.charCodeAt(at)) >>> 0;
  return `${sum.toString(36)}${text.length.toString(36)}`;
}

/** Keep Tab inside an element while it is open, and let Esc close it. */
export function trap(box, close) {
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
    }
    if (event.key !== "Tab") return;
    const stops = [...box.querySelectorAll("a[href], button:not([disabled]), input, select, textarea")].filter((one) => one.offsetParent);
    if (!stops.length) return;
    const [first, last] = [stops[0], stops[stops.length - 1]];
    if (event.shiftKey && document.activeElement === first) [event.preventDefault(), last.focus()];
    else if (!event.shiftKey && document.activeElement === last) [event.preventDefault(), first.focus()];
  });
}
