// Fill the rows with the points of the plan or of the last session.
import { choose, form, needled } from "./form.js";
import { count, needlesIn, needlesOut } from "./needles.js";
import { codeIn, isEmpty, typedIn } from "./point-row.js";
import { addRow, fillRow, keepOneEmpty, rows } from "./point-rows.js";

const button = document.getElementById("copy-points");
const state = document.getElementById("save-state");

export const canCopy = Boolean(button);

export const copy = () => {
  const points = JSON.parse(document.getElementById("copied-points").textContent);
  const listed = new Set(rows().map((row) => codeIn(row) || typedIn(row)));
  points
    .filter((values) => !listed.has(values.where))
    .forEach((values) => {
      const free = rows().find(isEmpty);
      if (free) fillRow(free, values);
      else addRow(values);
    });
  choose(needled("yes"));
  keepOneEmpty();
  count();
  needlesOut.focus();
  state.textContent = form.dataset.copied.replace("{n}", points.length).replace("{needles}", needlesIn.value);
  form.dispatchEvent(new Event("input", { bubbles: true }));
};

button?.addEventListener("click", (event) => {
  event.preventDefault();
  copy();
});
