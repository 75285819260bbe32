// Fetches the numbers again every five seconds while the page is looked at, and puts them in place if they changed.
const place = document.querySelector("[data-live]");
const EVERY = 5000;
let shown = null;
let timer = 0;

async function refresh() {
  try {
    const answer = await fetch(place.dataset.live, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (answer.status === 401) return location.reload();
    if (answer.ok) put(await answer.text());
  } catch {
    // The server is away for a moment: what is shown stays, the next round tries again.
  }
  plan();
}

function put(text) {
  if (text === shown) return;
  const first = shown === null;
  shown = text;
  const next = document.createElement("template");
  next.innerHTML = text;
  if (first && next.innerHTML.trim() === place.innerHTML.trim()) return;
  const focused = place.contains(document.activeElement) ? document.activeElement.id : "";
  const open = [...place.querySelectorAll("details[open]")].map((one) => one.id);
  place.replaceChildren(next.content);
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

function plan() {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(refresh, EVERY);
}

document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : refresh()));
plan();
