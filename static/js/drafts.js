// Stores what was typed into a form and is not yet saved, only on this device: under a key from which nothing can be
// read, without any name; deleted when the server confirms the save, at sign-out, after a day, and when somebody else
// signs in here. It works for every form of a staff page without data-no-draft; a field with data-not-kept, a
// password or a file is never stored.
(() => {
  "use strict";
  const PREFIX = "draft:";
  const LIFE_MS = 24 * 60 * 60 * 1000;
  // Hidden fields that are restored with the rest: the key of the sending, the form's opening values, and which
  // version of its text the page showed.
  const CARRIED = new Set(["form_key", "sent_key", "opened", "version", "shown_text"]);
  const NOT_KEPT = new Set([
    "csrfmiddlewaretoken",
    "form_of",
    "draft",
    "appointment",
    "seen",
    "seen_number",
    "needling-INITIAL_FORMS",
  ]);
  const VARIES = new Set(["form_key", "sent_key", "opened", "version", "shown_text", "held_at"]);
  const safely = (act) => {
    try {
      return act();
    } catch {
      return null;
    }
  };
  const read = (key) => safely(() => JSON.parse(localStorage.getItem(PREFIX + key)));
  const write = (key, draft) => safely(() => localStorage.setItem(PREFIX + key, JSON.stringify(draft)) || true);
  const drop = (key) => safely(() => localStorage.removeItem(PREFIX + key));
  const keys = () =>
    safely(() =>
      Object.keys(localStorage)
        .filter((key) => key.startsWith(PREFIX))
        .map((key) => key.slice(PREFIX.length)),
    ) || [];
  const meta = document.querySelector('meta[name="drafts"]');
  const two = (number) => String(number).padStart(2, "0");
  // As the clinic writes times: 14:30 or 2:30 PM.
  const clock = (at) => {
    const [hours, minutes] = [new Date(at).getHours(), two(new Date(at).getMinutes())];
    if (meta.dataset.hours !== "12") return `${two(hours)}:${minutes}`;
    return `${hours % 12 || 12}:${minutes} ${hours < 12 ? "AM" : "PM"}`;
  };

  const hide = (selector, isHidden) => {
    for (const part of document.querySelectorAll(selector)) part.hidden = isHidden;
  };

  // Drafts to delete: too old, somebody else's, or saved.
  let isOver = false;
  keys().forEach((key) => {
    const draft = read(key);
    const isOthers = meta && !key.startsWith(`${meta.content}:`);
    if (!draft || !(Date.now() - draft.at < LIFE_MS) || isOthers) drop(key);
  });
  document.addEventListener("submit", (event) => {
    if (!new URL(event.target.getAttribute("action") || "", window.location.href).pathname.endsWith("/logout/"))
      return;
    isOver = true;
    keys().forEach(drop);
  });
  const told = document.cookie.split("; ").find((pair) => pair.startsWith("draft_saved="));
  if (told) {
    drop(decodeURIComponent(told.split("=")[1]).replace(/"/g, ""));
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser yet.
    document.cookie = "draft_saved=; Max-Age=0; path=/; SameSite=Lax";
  }
  if (meta?.dataset.saved) drop(meta.dataset.saved);
  const isSentBack = Boolean(meta && "sentBack" in meta.dataset);

  // The answer to a form whose session had ended: mark the draft as not sent, and say that it is stored.
  const refused = document.querySelector('meta[name="draft-refused"]');
  if (refused) {
    const draft = refused.content ? read(refused.content) : null;
    const isKept = Boolean(draft && write(refused.content, { ...draft, state: "refused" }));
    hide("[data-draft-kept]", !isKept);
    hide("[data-draft-missing]", isKept);
  }
  // The error page asks the server nothing: what was just sent is still stored here.
  const broken = document.querySelector("[data-draft-after-fault]");
  if (broken) {
    const sent = keys().some((key) => read(key)?.state === "sent");
    hide("[data-draft-after-fault]", !sent);
    hide("[data-draft-unknown]", sent);
  }
  // Reload and Back load the page again instead of sending it again; the draft fills the form.
  if (isSentBack || refused) window.history.replaceState(window.history.state, "", window.location.href);
  if (!meta) return;

  // Two 53-bit hashes of the salted address: short, the same on every visit, and meaningless without the salt.
  const hash = (text, seed) => {
    let [a, b] = [0xdeadbeef ^ seed, 0x41c6ce57 ^ seed];
    for (let n = 0; n < text.length; n += 1) {
      const code = text.charCodeAt(n);
      a = Math.imul(a ^ code, 2654435761);
      b = Math.imul(b ^ code, 1597334677);
    }
    a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
    b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
    return (4294967296 * (2097151 & b) + (a >>> 0)).toString(16).padStart(14, "0");
  };
  const targetOf = (form) => {
    const url = new URL(form.getAttribute("action") || window.location.href, window.location.href);
    return url.pathname + (form.getAttribute("action") ? "" : url.search);
  };
  const keyOf = (form) => {
    const text = `${meta.dataset.salt} ${targetOf(form)}`;
    return `${meta.content}:${form.dataset.draft || hash(text, 1) + hash(text, 2)}`;
  };
  const isTypedIn = (field) => {
    const kind = (field.type || "").toLowerCase();
    return (
      field.name &&
      !["hidden", "submit", "button", "image", "reset", "password", "fieldset"].includes(kind) &&
      !("notKept" in field.dataset)
    );
  };

  const drafted = (form, number) => {
    const key = keyOf(form);
    const isWhole = Boolean(form.dataset.draft);
    const isReturned = isSentBack && (isWhole || targetOf(form).split("?")[0] === window.location.pathname);
    const isKept = (name) =>
      !NOT_KEPT.has(name) &&
      [...form.elements].some(
        (field) =>
          field.name === name && (isTypedIn(field) || CARRIED.has(name) || /-(TOTAL_FORMS|clock)$/.test(name)),
      );
    const values = () => {
      const found = {};
      new FormData(form).forEach((value, name) => {
        if (typeof value !== "string" || !isKept(name)) return;
        found[name] = found[name] || [];
        found[name].push(value);
      });
      return found;
    };
    const same = (a, b) => JSON.stringify(a || []) === JSON.stringify(b || []);
    const changed = (now, was) =>
      [...new Set([...Object.keys(now), ...Object.keys(was)])].filter((name) => !same(now[name], was[name]));
    const files = () =>
      [...form.elements].filter((field) => field.type === "file" && field.files.length).map((field) => field.name);

    // The form's values before anything was typed; a restored page no longer knows them.
    let was = values();
    let state = "typed";
    const keep = () => {
      if (isOver) return false;
      const now = values();
      if (
        !changed(now, was).some((name) => !VARIES.has(name) || (name === "held_at" && !isWhole)) &&
        !files().length
      )
        return false;
      return write(key, { at: Date.now(), fields: now, was, files: files(), state });
    };

    const notice = document.createElement("div");
    const words = document.createElement("span");
    const discard = document.createElement("button");
    notice.className = "notice draft-notice";
    notice.setAttribute("role", "status");
    notice.hidden = true;
    [
      [notice, "draft-notice"],
      [words, "draft-words"],
      [discard, "draft-discard"],
    ].forEach(([part, id]) => {
      part.id = number ? `${id}-${number}` : id;
    });
    discard.type = "button";
    discard.className = "text-button";
    discard.textContent = meta.dataset.discard;
    const line = document.createElement("p");
    line.append(words, " ", discard);
    notice.append(line);
    // Not form.before(): a field with that name would hide it.
    form.parentNode.insertBefore(notice, form);
    const say = (text, canDiscard) => {
      words.textContent = text;
      discard.hidden = !canDiscard;
      notice.hidden = false;
    };

    const labelOf = (name) => {
      const field = [...form.elements].find((one) => one.name === name);
      const label = field?.labels?.[0];
      return label ? label.textContent.trim().replace(/:$/, "") : name;
    };
    const askForFiles = (names) =>
      [...form.elements].forEach((field) => {
        if (field.type !== "file" || !names.includes(field.name)) return;
        const note = document.createElement("strong");
        note.className = "file-again";
        note.textContent = meta.dataset.file;
        field.after(note);
      });
    const restore = (draft) => {
      const names = isWhole ? null : new Set([...changed(draft.fields, draft.was), ...CARRIED]);
      Object.keys(draft.fields)
        .filter((name) => name.endsWith("-TOTAL_FORMS"))
        .forEach((name) => {
          const total = form.elements[name];
          const button = document.getElementById("add-rows");
          for (let n = Number(total?.value); total && button && n < Number(draft.fields[name][0]); n += 1)
            button.click();
        });
      const newer = changed(values(), draft.was).filter((name) => !VARIES.has(name) && names && names.has(name));
      const left = {};
      [...form.elements].forEach((field) => {
        // A time is restored with its clock: the server asks if that is no longer the clinic's.
        const of = field.name.replace(/-clock$/, "");
        const isOne = isTypedIn(field) || CARRIED.has(field.name) || of !== field.name;
        if (!isOne || NOT_KEPT.has(field.name) || field.type === "file" || (names && !names.has(of))) return;
        const kept = draft.fields[field.name] || [];
        if (field.type === "radio" || field.type === "checkbox") field.checked = kept.includes(field.value);
        else if (field.type === "select-multiple") {
          for (const option of field.options) option.selected = kept.includes(option.value);
        } else if (kept.length) {
          left[field.name] = left[field.name] || [...kept];
          field.value = left[field.name].length > 1 ? left[field.name].shift() : left[field.name][0];
        }
        if (isTypedIn(field))
          for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details"))
            fold.open = true;
      });
      askForFiles(draft.files || []);
      document.dispatchEvent(new Event("draft-restored"));
      return newer.map(labelOf);
    };
    const begin = () => {
      const draft = read(key);
      if (isReturned) {
        if (draft) {
          was = draft.was || {};
          askForFiles(draft.files || []);
        } else was = {};
        keep();
        return;
      }
      if (!draft || !draft.fields || Array.isArray(draft.fields)) return;
      const active = document.activeElement;
      const newer = restore(draft);
      was = draft.was || was;
      state = draft.state === "refused" ? "refused" : "typed";
      const text =
        { refused: meta.dataset.notSent, sent: meta.dataset.unknown }[draft.state] || meta.dataset.restored;
      const more = newer.length ? ` ${meta.dataset.changed.replace("{fields}", newer.join(", "))}` : "";
      say(text.replace("{time}", clock(draft.sentAt || draft.at)) + more, true);
      const first = isWhole ? form.querySelector("[name=before]:checked") || active : null;
      if (first) first.focus({ preventScroll: true });
      else if (draft.state === "refused") notice.scrollIntoView({ block: "center" });
    };

    discard.addEventListener("click", () => {
      isOver = true;
      drop(key);
      window.location.assign(window.location.pathname + window.location.search);
    });
    form.addEventListener("input", keep);
    form.addEventListener("change", keep);
    window.addEventListener("pagehide", () => {
      if (state !== "sent") keep();
    });
    form.addEventListener("submit", (event) => {
      if (!navigator.onLine) {
        keep();
        event.preventDefault();
        event.stopImmediatePropagation();
        say(meta.dataset.offline, false);
        const saveState = document.getElementById("save-state");
        if (saveState) saveState.textContent = meta.dataset.offline;
        return;
      }
      state = "sent";
      keep();
      const named = form.querySelector("input[name=draft]") || document.createElement("input");
      Object.assign(named, { type: "hidden", name: "draft", value: key });
      form.append(named);
    });
    window.addEventListener("online", () => {
      if (words.textContent !== meta.dataset.offline) return;
      notice.hidden = true;
      const saveState = document.getElementById("save-state");
      if (saveState) saveState.textContent = "";
    });
    window.addEventListener("storage", (event) => {
      if (event.key !== PREFIX + key) return;
      if (event.newValue === null) {
        isOver = true;
        say(meta.dataset.gone, false);
      } else if (safely(() => JSON.parse(event.newValue))?.state === "typed") {
        say(meta.dataset.elsewhere, false);
      }
    });
    return begin;
  };

  const isDrafted = (form) =>
    (form.getAttribute("method") || "").toLowerCase() === "post" &&
    !("noDraft" in form.dataset) &&
    form.id !== "changelist-form" &&
    [...form.elements].some(isTypedIn);
  const begins = [...document.forms].filter(isDrafted).map(drafted);
  // After all scripts are loaded, because one of them adds rows.
  document.addEventListener("DOMContentLoaded", () => begins.forEach((begin) => begin()));
})();
