// The inside of a Slack modal: its inputs, what is typed into them, and the app being asked while somebody types.

import { h } from "./dom.js";
import { blocks, valuesOf } from "./slackblocks.js";

const PAUSE = 250;
const TEXT = "input:not([type]), input[type=text], input[type=search], input[type=url], textarea";

/**
 * A view's form: {root, values(), focus(box)}. `on` is told of presses with everything typed so far. `before` is the form
 * that stood there: what was typed into inputs that are still there stays, as in Slack.
 */
export function formOf(view, on, before) {
  const values = () => valuesOf(root);
  const press = (one, block, value, button) => on.press(one, block, value, button, values());
  const root = h("form.b-form", { novalidate: true, onsubmit: (event) => event.preventDefault() },
    blocks(view.blocks, { ...on, press }, { state: view.state.values, errors: view.errors }));
  const held = before && heldIn(before.root);
  if (before) keep(before.root, root);
  for (const block of view.blocks) if (block.type === "input" && block.dispatch_action) listen(block, root, press);
  return { root, values, focus: (box) => focus(box, root, held) };
}

const fieldsOf = (root) => [...root.querySelectorAll(".b-input [data-action]")];

function keep(old, root) {
  const there = new Map(fieldsOf(old).map((one) => [one.dataset.focus, one]));
  for (const field of fieldsOf(root)) {
    const typed = there.get(field.dataset.focus);
    if (!typed) continue;
    if (!field.classList.contains("b-ticks")) field.value = typed.value;
    else for (const box of field.querySelectorAll("input")) box.checked = [...typed.querySelectorAll("input")].some((one) => one.value === box.value && one.checked);
  }
}

function listen(block, root, press) {
  const field = fieldsOf(root).find((one) => one.dataset.action === block.element.action_id && one.closest(".b-input").dataset.block === block.block_id);
  let waiting = 0;
  field?.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => field.isConnected && press(block.element, block, valuesOf(root)[block.block_id][block.element.action_id]), field.matches(TEXT) ? PAUSE : 0);
  });
}

function heldIn(root) {
  const field = document.activeElement;
  if (!root.contains(field)) return { name: field?.dataset?.focus };
  return { name: field.closest("[data-focus]")?.dataset.focus, from: field.matches(TEXT) ? field.selectionStart : null, to: field.matches(TEXT) ? field.selectionEnd : null };
}

function focus(box, root, held) {
  const again = held?.name && [...box.querySelectorAll("[data-focus]")].find((one) => one.dataset.focus === held.name);
  const field = again || root.querySelector("input, textarea, select") || box;
  (field.classList.contains("b-ticks") ? field.querySelector("input") : field).focus({ preventScroll: true });
  if (again && Number.isInteger(held.from) && field.matches(TEXT)) field.setSelectionRange(held.from, held.to);
}
