// Needles: counted from the points until somebody types a number.
import { field, form } from "./form.js";
import { isEmpty, part } from "./point-row.js";
import { rows } from "./point-rows.js";

export const needlesIn = field("needles_in");
export const needlesOut = field("needles_out");
let isCounted = needlesIn.value !== "";

const askForDifference = () => {
  const counts = [needlesIn.value.trim(), needlesOut.value.trim()];
  const differs = counts.every((count) => count !== "") && counts[0] !== counts[1];
  const asked = form.querySelector(".difference");
  asked.classList.toggle("is-asked", differs || asked.querySelector("input").value !== "");
};

export const count = () => {
  if (isCounted) return;
  const needles = rows()
    .filter((row) => !isEmpty(row) && part(row, "stimulation").value !== "press_needle")
    .reduce((sum, row) => sum + (part(row, "side").value === "both" ? 2 : 1), 0);
  needlesIn.value = needles || "";
  askForDifference();
};

// A number that is already there was typed by somebody.
export const takeAsCounted = () => {
  isCounted = needlesIn.value !== "";
  askForDifference();
};

needlesIn.addEventListener("input", takeAsCounted);
needlesOut.addEventListener("input", askForDifference);
