// What the page knows, and the only place that talks to the playground: state, events, presses.

export const store = {
  people: [], worlds: {}, origins: {}, product: "", company: "", colleagues: {}, faults: {}, ready: false,
};

/** The visitor's own choices; kept in the browser. */
export const ui = { slack: "jana.feld", teams: "jana.feld", linked: true, theme: "auto", language: "", tab: "slack", guide: true, done: {}, read: {}, at: {}, run: "" };

const KEPT = "advocacy-playground";
const listeners = new Set();
const acted = new Set();

/** Read the visitor's choices. */
export function recall() {
  try {
    Object.assign(ui, JSON.parse(localStorage.getItem(KEPT) || "{}"));
  } catch {
    localStorage.removeItem(KEPT);
  }
  const german = (navigator.language || "").toLowerCase().startsWith("de");
  ui.language = ui.language || (german ? "de" : "en");
}

/** Keep the visitor's choices. */
export function keep() {
  try {
    localStorage.setItem(KEPT, JSON.stringify(ui));
  } catch {
    // private windows may forbid it; then nothing is kept
  }
}

/** Call this whenever something changed. */
export function listen(what) {
  listeners.add(what);
}

/** Call this after each act of the visitor: (asked, answer). */
export function afterActs(what) {
  acted.add(what);
}

/** Tell everybody who listens. */
export function changed() {
  for (const one of listeners) one();
}

export const person = (key) => store.people.find((one) => one.key === key) || null;
export const me = (world) => person(ui[world]);

let running = null;
let wanted = null;

/**
 * Fetch the state of some worlds (all when none is named). Requests that come meanwhile are joined into one more
 * fetch, and everybody waits for the last: who switched the person must not go on with the state of the one before.
 */
export function refresh(only = null) {
  wanted = only === null || wanted === "all" ? "all" : [...new Set([...(wanted || []), ...only])];
  running = running || drain().finally(() => (running = null));
  return running;
}

async function drain() {
  while (wanted) {
    const next = wanted === "all" ? null : wanted;
    wanted = null;
    await fetchState(next);
  }
}

async function fetchState(only) {
  const query = new URLSearchParams({ slack: ui.slack, teams: ui.teams });
  if (only && store.ready) query.set("only", only.join(","));
  const answer = await fetch(`/state?${query}`);
  const told = await answer.json();
  Object.assign(store.worlds, told.worlds);
  for (const name of ["people", "origins", "product", "company", "colleagues", "faults"]) {
    if (told[name] !== undefined) store[name] = told[name];
  }
  if (told.run && told.run !== ui.run) begin(told.run);
  store.ready = true;
  changed();
}

/** The playground was started anew: nothing has been read or done in it yet. */
function begin(run) {
  Object.assign(ui, { run, done: {}, read: {}, at: {} });
  keep();
}

/** Hear of changes for as long as the page is open; the browser reconnects by itself. */
export function hear(online) {
  const source = new EventSource("/events");
  source.addEventListener("hello", () => {
    online(true);
    refresh().catch(() => online(false));
  });
  source.onmessage = (event) => {
    const worlds = JSON.parse(event.data).worlds;
    refresh(worlds).catch(() => online(false));
  };
  source.onerror = () => online(false);
}

async function post(path, what) {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(what) });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.error || `HTTP ${answer.status}`);
  return told;
}

/** Do something in a world, as its person would. Throws an Error with a sentence when it cannot be done. */
export async function act(world, what) {
  const told = await post("/do", { world, ...what });
  if (told.error) throw new Error(told.error);
  for (const one of acted) one({ world, ...what }, told);
  return told;
}

/** Let something go wrong, or be well again. */
export async function fault(what) {
  store.faults = (await post("/faults", what)).faults;
  changed();
}

/** Let the simulated colleagues work or rest. */
export async function colleagues(active) {
  store.colleagues = (await post("/colleagues", { active })).colleagues;
  changed();
}

/** A public address as this browser can open it: what is played here is on our own origin. */
export function here(url) {
  const text = String(url || "");
  for (const [origin, played] of Object.entries(store.origins)) {
    const path = new URL(played).pathname;
    for (const start of [origin, played]) {
      if (text === start || text.startsWith(`${start}/`) || text.startsWith(`${start}?`)) return path + (text.slice(start.length) || "/");
    }
  }
  return text;
}

/** Who opens a link: the networks' pages then know who sits in front of the browser. */
export function asPerson(key) {
  document.cookie = `playground_person=${encodeURIComponent(key)}; path=/; max-age=86400; SameSite=Lax`;
}

/** How many of these messages came after the person last looked at the place. Ids grow with time. */
export function unread(world, place, ids) {
  const seen = ui.read[`${ui[world]}|${place}`] || "";
  return ids.filter((one) => one > seen).length;
}

/** The person looked at a place. */
export function markRead(world, place, ids) {
  const last = ids[ids.length - 1];
  const key = `${ui[world]}|${place}`;
  if (last && last > (ui.read[key] || "")) {
    ui.read[key] = last;
    keep();
  }
}
