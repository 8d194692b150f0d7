// One row of the points: its text is read as on the server, and the row asks about unclear text.
import { pointReader } from "../points.js";
import { form } from "./form.js";

const table = JSON.parse(document.getElementById("point-table").textContent);
const read = pointReader(table);
const options = new Map([...document.querySelectorAll("#points option")].map((option) => [option.value, option]));
const labelOf = (code) => table.labels[table.codes.indexOf(code)];

export const part = (row, name) => row.querySelector(`[name$="-${name}"]`);
export const typedIn = (row) => part(row, "where").value.trim();
export const codeIn = (row) => read(typedIn(row)).code;
export const isEmpty = (row) => typedIn(row) === "";

// What needs care at this point.
export const heed = (row) => {
  const option = options.get(codeIn(row));
  const say = row.querySelector(".point-say");
  say.className = `point-say${option?.dataset.heed ? ` heed-${option.dataset.heed}` : ""}`;
  say.textContent = "";
  if (!option) return;
  const strong = document.createElement("strong");
  strong.textContent = option.dataset.name;
  say.append(strong, ` ${option.dataset.say || ""}`);
};

// Most of the typed text is the site of a tender point, so it is shown in that field.
const fillSite = (row) => {
  const site = part(row, "site");
  if (site.value === "" && !table.tender.includes(typedIn(row).toLowerCase())) site.value = typedIn(row);
};

const stopAsking = (row) => {
  row.querySelector(".point-ask").classList.remove("is-asked");
  part(row, "listed").value = "";
  part(row, "site").value = "";
};

const wordsFor = (reading) => {
  if (reading.codes.length) return form.dataset.several;
  return reading.close.length ? form.dataset.close : form.dataset.unclear;
};

const ask = (row, reading) => {
  const list = part(row, "listed");
  const chosen = list.value;
  const candidates = reading.codes.length ? reading.codes : reading.close;
  [...list.options].filter((option) => table.codes.includes(option.value)).forEach((option) => option.remove());
  candidates.forEach((code, place) => list.add(new Option(labelOf(code), code), place + 1));
  list.value = [...list.options].some((option) => option.value === chosen) ? chosen : "";
  if (list.value === "" && reading.isTender) {
    list.value = "tender";
    fillSite(row);
  }
  row.querySelector(".point-ask").classList.add("is-asked");
  const points = [...candidates, ...reading.outside].join(", ");
  row.querySelector(".point-say").textContent = wordsFor(reading)
    .replace("{text}", typedIn(row))
    .replace("{points}", points);
};

// Update the row after its text was typed: show the code and side, or the question.
export const settle = (row) => {
  const reading = read(typedIn(row));
  heed(row);
  if (!reading.code) {
    if (isEmpty(row)) stopAsking(row);
    else ask(row, reading);
    return;
  }
  part(row, "where").value = reading.code;
  stopAsking(row);
  const side = part(row, "side");
  const isMidline = table.midline[table.codes.indexOf(reading.code)];
  if (reading.side) side.value = reading.side;
  else if (isMidline) side.value = "midline";
  else if (isMidline === false && side.value === "midline") side.value = "both";
};

// The answer to the question: a point of the list, or a tender point.
export const answer = (row, value) => {
  if (table.codes.includes(value)) {
    part(row, "where").value = value;
    settle(row);
  } else if (value === "tender") fillSite(row);
};

// After a draft was restored: show the row as it was, without changes.
export const show = (row) => {
  if (codeIn(row)) heed(row);
  else if (!isEmpty(row)) ask(row, read(typedIn(row)));
};
