// Keyboard shortcuts, only where a key cannot be text; and the red flags beside "None of these".
import { canCopy, copy } from "./copying.js";
import { choose, field, form, needled } from "./form.js";

const none = field("no_red_flag");
const isTextual = (target) => target.matches("textarea, select, input:not([type=radio], [type=checkbox])");

const tick = (box) => {
  box.checked = true;
  box.focus();
  box.dispatchEvent(new Event("input", { bubbles: true }));
};
const chooseNeedled = (value) => {
  const button = needled(value);
  button.focus();
  choose(button);
};

// The action of this key here, if there is one.
const actionOf = (event) => {
  const key = event.key.toLowerCase();
  if (key === "p" && canCopy) return copy;
  if (key === "y" || key === "n") return () => chooseNeedled(key === "y" ? "yes" : "no");
  if (!event.target.closest(".asked")) return null;
  if (event.target.name === "answer_severe_pain" && /^[1-9]$/.test(event.key)) {
    const answer = form.querySelectorAll("[name=answer_severe_pain]")[Number(event.key) - 1];
    return answer ? () => tick(answer) : null;
  }
  return event.key === "0" ? () => tick(none) : null;
};

form.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || isTextual(event.target)) return;
  const act = actionOf(event);
  if (!act) return;
  event.preventDefault();
  act();
});

// Ticking a flag clears "none of these"; "none" never clears a flag.
form.addEventListener("change", (event) => {
  if (event.target.name.startsWith("flag_") && event.target.checked) none.checked = false;
});
