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

  // Points: what a row says is read as the server reads it; what is unclear is asked in the row.
  const table = JSON.parse(document.getElementById("point-table").textContent);
  const read = window.pointReader(table);
  const options = new Map();
  document.querySelectorAll("#points option").forEach((option) => options.set(option.value, option));
  const labelOf = (code) => table.labels[table.codes.indexOf(code)];
  const part = (row, name) => row.querySelector(`[name$="-${name}"]`);
  const typedIn = (row) => part(row, "where").value.trim();
  const codeIn = (row) => read(typedIn(row)).code;

  const heed = (row) => {
    const option = options.get(codeIn(row));
    const say = row.querySelector(".point-say");
    say.className = `point-say${option?.dataset.heed ? ` heed-${option.dataset.heed}` : ""}`;
    say.textContent = "";
    if (!option) return;
    const strong = document.createElement("strong");
    strong.textContent = option.dataset.name;
    say.append(strong, ` ${option.dataset.say || ""}`);
  };
  const stopAsking = (row) => {
    row.querySelector(".point-ask").classList.remove("is-asked");
    part(row, "listed").value = "";
    part(row, "site").value = "";
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
    const words = reading.codes.length
      ? form.dataset.several
      : reading.close.length
        ? form.dataset.close
        : form.dataset.unclear;
    const points = [...candidates, ...reading.outside].join(", ");
    row.querySelector(".point-say").textContent = words
      .replace("{text}", typedIn(row))
      .replace("{points}", points);
  };
  // What was typed mostly is the site of a tender point: it is put there to be seen.
  const fillSite = (row) => {
    const site = part(row, "site");
    if (site.value === "" && !table.tender.includes(typedIn(row).toLowerCase())) site.value = typedIn(row);
  };
  const settle = (row) => {
    const reading = read(typedIn(row));
    heed(row);
    if (!reading.code) {
      if (typedIn(row) === "") stopAsking(row);
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
    settle(row);
  };
  const isEmpty = (row) => typedIn(row) === "";
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
    const differs =
      needlesIn.value.trim() !== "" &&
      needlesOut.value.trim() !== "" &&
      needlesIn.value.trim() !== needlesOut.value.trim();
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
    if (event.target.name.endsWith("-where") && codeIn(row)) heed(row);
    keepOneEmpty();
    count();
  });
  rows.addEventListener("change", (event) => {
    const row = event.target.closest(".point-row");
    if (event.target.name.endsWith("-where")) settle(row);
    if (event.target.name.endsWith("-listed")) {
      if (table.codes.includes(event.target.value)) {
        part(row, "where").value = event.target.value;
        settle(row);
      } else if (event.target.value === "tender") fillSite(row);
    }
    count();
  });

  document.getElementById("add-rows").addEventListener("click", (event) => {
    event.preventDefault();
    const row = addRow();
    if (row) part(row, "where").focus();
  });
  const needled = (value) => document.getElementById(`id_is_needled_${value}`);
  const choose = (button) => {
    button.checked = true;
    button.dispatchEvent(new Event("input", { bubbles: true }));
    button.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const copyButton = document.getElementById("copy-points");
  const copy = () => {
    const points = JSON.parse(document.getElementById("copied-points").textContent);
    const listed = new Set(all().map((row) => codeIn(row) || typedIn(row)));
    points
      .filter((values) => !listed.has(values.where))
      .forEach((values) => {
        const free = all().find(isEmpty);
        if (free) fill(free, values);
        else addRow(values);
      });
    choose(needled("yes"));
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
    const key = event.key.toLowerCase();
    if (key === "p" && copyButton) {
      event.preventDefault();
      copy();
    } else if (key === "y" || key === "n") {
      event.preventDefault();
      const button = needled(key === "y" ? "yes" : "no");
      button.focus();
      choose(button);
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

  all()
    .filter((row) => codeIn(row))
    .forEach(heed);
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
    all().forEach((row) => (codeIn(row) ? heed(row) : isEmpty(row) || ask(row, read(typedIn(row)))));
    isCounted = needlesIn.value !== "";
    difference();
    form.querySelectorAll("details").forEach((fold) => {
      const filled = [...fold.querySelectorAll("input:checked, input[type=text], textarea")];
      if (filled.some((field) => field.checked || field.value !== field.defaultValue)) fold.open = true;
    });
  });
})();
