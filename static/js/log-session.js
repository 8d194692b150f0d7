// The session form: points as rows that grow, needles counted, keys, errors. Each part has a file in log-session/.
import "./log-session/copying.js";
import "./log-session/shortcuts.js";
import { markErrors } from "./log-session/errors.js";
import { form } from "./log-session/form.js";
import { count, takeAsCounted } from "./log-session/needles.js";
import { answer, codeIn, heed, part, settle, show } from "./log-session/point-row.js";
import { addRow, keepOneEmpty, onRow, rows } from "./log-session/point-rows.js";

onRow("input", (row, changed) => {
  if (changed.name.endsWith("-where") && codeIn(row)) heed(row);
  keepOneEmpty();
  count();
});
onRow("change", (row, changed) => {
  if (changed.name.endsWith("-where")) settle(row);
  if (changed.name.endsWith("-listed")) answer(row, changed.value);
  count();
});

document.getElementById("add-rows").addEventListener("click", (event) => {
  event.preventDefault();
  const row = addRow();
  if (row) part(row, "where").focus();
});

rows()
  .filter((row) => codeIn(row))
  .forEach(heed);
keepOneEmpty();
markErrors();

document.addEventListener("draft-restored", () => {
  rows().forEach(show);
  takeAsCounted();
  form.querySelectorAll("details").forEach((fold) => {
    const filled = [...fold.querySelectorAll("input:checked, input[type=text], textarea")];
    if (filled.some((one) => one.checked || one.value !== one.defaultValue)) fold.open = true;
  });
});
