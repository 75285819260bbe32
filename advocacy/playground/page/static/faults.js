// "What if …": lets something go wrong at a vendor, and be well again.

import { h, icon } from "./dom.js";
import { fault, store } from "./store.js";
import { t } from "./words.js";

const WHERE = { linkedin: "LinkedIn", mastodon: "Mastodon", bluesky: "Bluesky", slack: "Slack", teams: "Teams" };
const KINDS = ["throttle", "error", "lost_answer", "revoked"];
const OF_CHAT = ["duplicate", "skew"];
// Faults are meant for what the product calls, not for the pages people open.
const PATHS = { linkedin: "/at/api.linkedin.com/", mastodon: "/api/v1/statuses", bluesky: "/xrpc/", slack: "/api/", teams: "/v3/" };

/** The drawer's content, for a menu. */
export function faultsForm() {
  const where = h("select", { id: "f-where", onchange: () => kinds() }, Object.entries(WHERE).map(([key, name]) => h("option", { value: key }, name)));
  const what = h("select", { id: "f-what" });
  const times = h("input", { id: "f-times", type: "number", min: "1", max: "20", value: "1" });
  const list = h("ul.fault-list");
  const wrong = h("p.b-error", { role: "alert", hidden: true });
  const kinds = () => what.replaceChildren(...[...KINDS, ...(["slack", "teams"].includes(where.value) ? OF_CHAT : [])].map((one) => h("option", { value: one }, t(`f_${one}`))));
  const draw = () => {
    const waiting = Object.entries(store.faults).filter(([, count]) => count > 0);
    list.replaceChildren(...(waiting.length ? waiting.map(([world, count]) => h("li", {}, icon("bolt", 14), h("b", {}, WHERE[world] || world), " · ", t("waiting", { n: count }))) : [h("li.soft", {}, icon("check", 14), t("none_waiting"))]));
  };
  const doIt = async (asked) => {
    wrong.hidden = true;
    try {
      for (const one of asked) await fault(one);
    } catch (problem) {
      wrong.textContent = problem.message;
      wrong.hidden = false;
    }
    draw();
  };
  const inject = () => {
    const outward = OF_CHAT.includes(what.value);
    doIt([{ world: where.value, fault: what.value, times: Number(times.value) || 1, path: outward ? "" : PATHS[where.value], retry_after: 5 }]);
  };
  const clear = () => doIt(Object.keys(WHERE).map((world) => ({ world, clear: true })));
  kinds();
  draw();
  return [h("form.faults", { onsubmit: (event) => [event.preventDefault(), inject()] }, h("p.soft", {}, t("whatif_intro")),
    h("label", { for: "f-where" }, t("where")), where, h("label", { for: "f-what" }, t("what")), what, h("label", { for: "f-times" }, t("times")), times,
    wrong, h("div.row", {}, h("button.primary", { type: "submit" }, t("let_happen")), h("button.plain", { type: "button", onclick: clear }, t("all_well")))), list];
}
