// What was typed and not yet saved, kept on this device alone: under a key from which nothing can be read, without
// any name; gone when the session is saved, at sign-out, or after a day.
(() => {
  "use strict";
  const PREFIX = "draft:";
  const LIFE_MS = 24 * 60 * 60 * 1000;
  const NOT_KEPT = new Set(["csrfmiddlewaretoken", "appointment", "seen_number", "needling-INITIAL_FORMS"]);
  const safely = (act) => {
    try {
      return act();
    } catch {
      return null;
    }
  };
  const read = (key) => safely(() => JSON.parse(localStorage.getItem(PREFIX + key)));
  const keys = () => safely(() => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))) || [];

  let isOver = false;
  keys().forEach((key) => {
    const draft = read(key.slice(PREFIX.length));
    if (!draft || !(Date.now() - draft.at < LIFE_MS)) localStorage.removeItem(key);
  });
  document.addEventListener("submit", (event) => {
    if (!new URL(event.target.action).pathname.endsWith("/logout/")) return;
    isOver = true;
    keys().forEach((key) => localStorage.removeItem(key));
  });
  const saved = document.querySelector("[data-draft-saved]");
  if (saved) safely(() => localStorage.removeItem(PREFIX + saved.dataset.draftSaved));

  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  const key = form.dataset.draft;
  const notice = document.getElementById("draft-notice");
  const words = document.getElementById("draft-words");
  const discard = document.getElementById("draft-discard");
  const say = (text, canDiscard) => {
    words.textContent = text;
    discard.hidden = !canDiscard;
    notice.hidden = false;
  };
  const typed = () => [...new FormData(form)].filter(([name, value]) => !NOT_KEPT.has(name) && typeof value === "string");
  const untouched = JSON.stringify(typed().filter(([name]) => name !== "form_key" && name !== "held_at"));
  const keep = () => {
    if (isOver) return;
    const fields = typed();
    if (JSON.stringify(fields.filter(([name]) => name !== "form_key" && name !== "held_at")) === untouched) return;
    safely(() => localStorage.setItem(PREFIX + key, JSON.stringify({ at: Date.now(), fields })));
  };

  const restore = (draft) => {
    const values = new Map();
    draft.fields.forEach(([name, value]) => values.set(name, [...(values.get(name) || []), value]));
    const wanted = Number((values.get("needling-TOTAL_FORMS") || [0])[0]);
    for (let n = Number(form.elements["needling-TOTAL_FORMS"].value); n < wanted; n += 1) {
      document.getElementById("add-rows").click();
    }
    [...form.elements].forEach((field) => {
      if (!field.name || NOT_KEPT.has(field.name) || field.name === "needling-TOTAL_FORMS") return;
      const kept = values.get(field.name) || [];
      if (field.type === "radio" || field.type === "checkbox") field.checked = kept.includes(field.value);
      else if (kept.length) field.value = kept[0];
    });
    document.dispatchEvent(new Event("draft-restored"));
  };

  // Once every script is in place: rows are added by the one that knows them.
  document.addEventListener("DOMContentLoaded", () => {
    const draft = read(key);
    if (!draft || "sentBack" in form.dataset) return;
    const active = document.activeElement;
    restore(draft);
    const time = new Date(draft.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    say(form.dataset.restored.replace("{time}", time), true);
    (form.querySelector("[name=before]:checked") || active).focus({ preventScroll: true });
  });
  discard.addEventListener("click", () => {
    isOver = true;
    safely(() => localStorage.removeItem(PREFIX + key));
    window.location.assign(window.location.pathname + window.location.search);
  });

  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
  window.addEventListener("pagehide", keep);
  form.addEventListener("submit", (event) => {
    keep();
    if (navigator.onLine) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    say(form.dataset.offline, false);
    document.getElementById("save-state").textContent = form.dataset.offline;
  });
  window.addEventListener("online", () => {
    if (words.textContent === form.dataset.offline) {
      notice.hidden = true;
      document.getElementById("save-state").textContent = "";
    }
  });
  window.addEventListener("storage", (event) => {
    if (event.key !== PREFIX + key) return;
    if (event.newValue === null) {
      isOver = true;
      say(form.dataset.gone, false);
    } else {
      say(form.dataset.elsewhere, false);
    }
  });
})();
