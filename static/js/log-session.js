// On the session form: keys for the red flags, points as rows that grow, what is to be heeded beside each point.
(() => {
  "use strict";
  const form = document.getElementById("log-session");
  const named = (name) => form.elements.namedItem(name);
  const none = named("no_red_flag");
  const rows = document.getElementById("point-rows");
  const total = named("needling-TOTAL_FORMS");
  const template = document.getElementById("empty-row");
  const needlesIn = named("needles_in");
  const needlesOut = named("needles_out");
  const state = document.getElementById("save-state");
  const MOST_ROWS = 60;

  // Points.
  const options = new Map();
  document.querySelectorAll("#points option").forEach((option) => options.set(option.value.toLowerCase(), option));
  const byName = new Map();
  options.forEach((option) => {
    const name = option.dataset.name.toLowerCase();
    byName.set(name, byName.has(name) ? null : option);
  });
  const find = (text) => options.get(text.toLowerCase()) || byName.get(text.toLowerCase()) || null;
  const part = (row, name) => row.querySelector(`[name$="-${name}"]`);

  const heed = (row) => {
    const option = find(part(row, "where").value.trim());
    const say = row.querySelector(".point-say");
    say.className = "point-say" + (option && option.dataset.heed ? ` heed-${option.dataset.heed}` : "");
    say.textContent = "";
    if (!option) return;
    const strong = document.createElement("strong");
    strong.textContent = option.dataset.name;
    say.append(strong, ` ${option.dataset.say || ""}`);
  };

  const addRow = (values) => {
    const number = Number(total.value);
    if (number >= MOST_ROWS) return null;
    const row = template.content.firstElementChild.cloneNode(true);
    row.querySelectorAll("[name]").forEach((field) => {
      field.name = field.name.replace("__prefix__", number);
      if (field.id) field.id = field.id.replace("__prefix__", number);
    });
    row.setAttribute("aria-label", `${row.getAttribute("aria-label").trim()} ${number + 1}`);
    rows.append(row);
    total.value = number + 1;
    if (values) fill(row, values);
    return row;
  };
  const fill = (row, values) => {
    Object.entries(values).forEach(([name, value]) => {
      const field = part(row, name);
      if (field && value !== null && value !== undefined) field.value = value;
    });
    heed(row);
  };
  const isEmpty = (row) => part(row, "where").value.trim() === "";
  const all = () => [...rows.querySelectorAll(".point-row")];
  const keepOneEmpty = () => {
    if (!all().some(isEmpty)) addRow();
  };

  // Needles: counted from the points until somebody counts otherwise.
  let isCounted = needlesIn.value !== "";
  const count = () => {
    if (isCounted) return;
    const needles = all()
      .filter((row) => !isEmpty(row) && part(row, "stimulation").value !== "press_needle")
      .reduce((sum, row) => sum + (part(row, "side").value === "both" ? 2 : 1), 0);
    needlesIn.value = needles || "";
    difference();
  };
  const difference = () => {
    const differs = needlesIn.value.trim() !== "" && needlesOut.value.trim() !== "" && needlesIn.value.trim() !== needlesOut.value.trim();
    const field = form.querySelector(".difference");
    field.classList.toggle("is-asked", differs || field.querySelector("input").value !== "");
  };
  needlesIn.addEventListener("input", () => {
    isCounted = needlesIn.value !== "";
    difference();
  });
  needlesOut.addEventListener("input", difference);

  rows.addEventListener("input", (event) => {
    const row = event.target.closest(".point-row");
    if (event.target.name.endsWith("-where")) heed(row);
    keepOneEmpty();
    count();
  });
  rows.addEventListener("change", (event) => {
    const row = event.target.closest(".point-row");
    if (event.target.name.endsWith("-where")) {
      const option = find(event.target.value.trim());
      if (option) event.target.value = option.value;
      if (option && /^(GV|CV)/.test(option.value)) part(row, "side").value = "midline";
      inherit(row);
      heed(row);
    }
    if (!isEmpty(row)) named("is_needled").checked = true;
    count();
  });
  // A new point is mostly needled like the one above it.
  const inherit = (row) => {
    const above = row.previousElementSibling;
    if (!above || isEmpty(row) || isEmpty(above)) return;
    ["retention_minutes", "depth_mm"].forEach((name) => {
      if (part(row, name).value === "") part(row, name).value = part(above, name).value;
    });
    if (part(row, "stimulation").value === "none") part(row, "stimulation").value = part(above, "stimulation").value;
  };

  document.getElementById("add-rows").addEventListener("click", (event) => {
    event.preventDefault();
    const row = addRow();
    if (row) part(row, "where").focus();
  });
  const copyButton = document.getElementById("copy-points");
  const copy = () => {
    const points = JSON.parse(document.getElementById("copied-points").textContent);
    const listed = new Set(all().map((row) => part(row, "where").value.trim().toLowerCase()));
    points
      .filter((values) => !listed.has(values.where.toLowerCase()))
      .forEach((values) => {
        const free = all().find(isEmpty);
        if (free) fill(free, values);
        else addRow(values);
      });
    named("is_needled").checked = true;
    keepOneEmpty();
    count();
    needlesOut.focus();
    state.textContent = form.dataset.copied.replace("{n}", points.length).replace("{needles}", needlesIn.value);
    form.dispatchEvent(new Event("input", { bubbles: true }));
  };
  if (copyButton) {
    copyButton.addEventListener("click", (event) => {
      event.preventDefault();
      copy();
    });
  }

  // Keys: only where they cannot be meant as text.
  const isTextual = (target) => target.matches("textarea, select, input:not([type=radio], [type=checkbox])");
  form.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || isTextual(event.target)) return;
    const asked = event.target.closest(".asked");
    if (event.key.toLowerCase() === "p" && copyButton) {
      event.preventDefault();
      copy();
    } else if (asked && event.target.name === "answer_severe_pain" && /^[1-9]$/.test(event.key)) {
      const answer = form.querySelectorAll("[name=answer_severe_pain]")[Number(event.key) - 1];
      if (!answer) return;
      event.preventDefault();
      answer.checked = true;
      answer.focus();
      answer.dispatchEvent(new Event("input", { bubbles: true }));
    } else if (asked && event.key === "0") {
      event.preventDefault();
      none.checked = true;
      none.focus();
      none.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
  // A flag ticked takes "none of these" back; "none" never takes a flag back.
  form.addEventListener("change", (event) => {
    if (event.target.name.startsWith("flag_") && event.target.checked) none.checked = false;
  });

  all().forEach(heed);
  keepOneEmpty();
  // What is wrong: marked, reached by its link even where it is folded away, and gone to at once if it is one thing.
  const CONTROL = "input, select, textarea";
  const controlOf = (link) => {
    const place = document.getElementById(link.hash.slice(1));
    return place && (place.matches(CONTROL) ? place : place.querySelector(CONTROL));
  };
  const unfold = (field) => {
    for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  };
  const links = [...document.querySelectorAll("#form-errors a")];
  links.forEach((link) => {
    const field = controlOf(link);
    if (!field) return;
    field.setAttribute("aria-invalid", "true");
    unfold(field);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      field.focus();
    });
  });
  const errors = document.getElementById("form-errors");
  if (errors && !document.querySelector(".instruction-screen")) {
    ((links.length === 1 && controlOf(links[0])) || errors).focus();
  }
  document.addEventListener("draft-restored", () => {
    all().forEach(heed);
    isCounted = needlesIn.value !== "";
    difference();
    form.querySelectorAll("details").forEach((fold) => {
      const filled = [...fold.querySelectorAll("input:checked, input[type=text], textarea")];
      if (filled.some((field) => field.checked || field.value !== field.defaultValue)) fold.open = true;
    });
  });
})();
