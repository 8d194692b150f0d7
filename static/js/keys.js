// A digit chooses on a scale of buttons; Ctrl+Enter sends, once; "a" acknowledges. Nothing essential needs this.
(() => {
  "use strict";
  // "1" and then at once "0" is ten; later it is a new choice.
  const TEN_WITHIN_MS = 1500;
  let last = { key: "", at: 0, scale: null };

  const choose = (input) => {
    input.checked = true;
    input.focus();
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };

  document.addEventListener("keydown", (event) => {
    const target = event.target;
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      const form = target.form || document.querySelector("form[data-ctrl-enter]");
      if (!form) return;
      event.preventDefault();
      form.requestSubmit();
      return;
    }
    if (
      event.key === "a" &&
      !event.ctrlKey &&
      !event.altKey &&
      !event.metaKey &&
      !target.closest("input, textarea, select")
    ) {
      // On an alert's page the key answers that alert; in a list it answers only the focused row.
      const row = target.closest("tr");
      const button = row ? row.querySelector('[data-row-key="a"]') : document.querySelector('[data-key="a"]');
      if (button) {
        event.preventDefault();
        button.click();
      }
      return;
    }
    const scale = target.closest ? target.closest(".pain-scale") : null;
    if (!scale || event.ctrlKey || event.altKey || event.metaKey || !/^[0-9]$/.test(event.key)) return;
    event.preventDefault();
    const now = Date.now();
    const isTen = event.key === "0" && last.key === "1" && last.scale === scale && now - last.at < TEN_WITHIN_MS;
    last = { key: isTen ? "" : event.key, at: now, scale };
    choose(scale.querySelector(`input[value="${isTen ? "10" : event.key}"]`));
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    window.setTimeout(() => delete form.dataset.sent, 8000);
  });
  window.addEventListener("pageshow", () =>
    document.querySelectorAll("form").forEach((form) => delete form.dataset.sent),
  );
})();
