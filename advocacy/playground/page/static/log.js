// A list of messages that stays at its end while one is there, and says so when something new came below.

import { h, icon, match } from "./dom.js";
import { t } from "./words.js";

const NEAR = 60;
const FOLLOW = 6000;

/** `root` goes into the window; `show(place, items)` draws the messages of a place. */
export function log(label) {
  const list = h("div.log-list");
  const root = h("div.log", { tabindex: "0", role: "log", "aria-live": "polite", "aria-label": label }, list);
  const more = h("button.log-more", { type: "button", hidden: true, onclick: () => toEnd() }, icon("down", 14), h("span"));
  const frame = h("div.log-frame", {}, root, more);
  let place = "";
  let atEnd = true;
  let until = 0;
  let below = 0;
  const toEnd = () => {
    root.scrollTop = root.scrollHeight;
    [below, more.hidden, atEnd] = [0, true, true];
  };
  root.addEventListener("scroll", () => {
    atEnd = root.scrollHeight - root.scrollTop - root.clientHeight < NEAR;
    if (atEnd) [below, more.hidden] = [0, true];
  }, { passive: true });
  // Neither a picture that loads late nor a window that shrinks may push the newest message out of sight.
  const stay = new ResizeObserver(() => (atEnd || Date.now() < until) && toEnd());
  stay.observe(list);
  stay.observe(root);
  return {
    root: frame,
    /** Draw; `newest` counts the messages that are in the list. */
    show(where, items) {
      const moved = where !== place;
      const before = list.childElementCount;
      place = where;
      if (moved) {
        delete list.dataset.drawn;
        list.replaceChildren();
      }
      match(list, items);
      const came = list.childElementCount - before;
      if (moved || atEnd || Date.now() < until) toEnd();
      else if (came > 0) {
        below += came;
        more.hidden = false;
        more.lastElementChild.textContent = t("new_messages", { n: below });
      }
    },
    /** The visitor did something: show what comes of it. */
    follow() {
      until = Date.now() + FOLLOW;
    },
  };
}
