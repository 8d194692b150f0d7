// The rows of the points; one of them is always empty.
import { field } from "./form.js";
import { isEmpty, part, settle } from "./point-row.js";

const MOST_ROWS = 60;
const list = document.getElementById("point-rows");
const total = field("needling-TOTAL_FORMS");
const template = document.getElementById("empty-row");

export const rows = () => [...list.querySelectorAll(".point-row")];

export const fillRow = (row, values) => {
  Object.entries(values).forEach(([name, value]) => {
    const filled = part(row, name);
    if (filled && value !== null && value !== undefined) filled.value = value;
  });
  settle(row);
};

export const addRow = (values) => {
  const number = Number(total.value);
  if (number >= MOST_ROWS) return null;
  const row = template.content.firstElementChild.cloneNode(true);
  row.querySelectorAll("[name]").forEach((one) => {
    one.name = one.name.replace("__prefix__", number);
    if (one.id) one.id = one.id.replace("__prefix__", number);
  });
  row.setAttribute("aria-label", `${row.getAttribute("aria-label").trim()} ${number + 1}`);
  list.append(row);
  total.value = number + 1;
  if (values) fillRow(row, values);
  return row;
};

export const keepOneEmpty = () => {
  if (!rows().some(isEmpty)) addRow();
};

// Call `act` with the row and the field of every change.
export const onRow = (kind, act) => {
  list.addEventListener(kind, (event) => act(event.target.closest(".point-row"), event.target));
};
