// A digit chooses on a pain scale; Ctrl+Enter sends the form one is in; "a" acknowledges. Nothing essential needs this.
(() => {
  "use strict";
  document.addEventListener("keydown", (event) => {
    const target = event.target;
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && target.form) {
      event.preventDefault();
      target.form.requestSubmit();
      return;
    }
    if (event.key === "a" && !event.ctrlKey && !event.altKey && !event.metaKey && !target.closest("input, textarea, select")) {
      // On a page of its own the key answers; in a list it answers the row one is in, never another.
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
    // "1" then "0" is ten.
    const isTen = event.key === "0" && target.checked && target.value === "1";
    const wanted = scale.querySelector(`input[value="${isTen ? "10" : event.key}"]`);
    wanted.checked = true;
    wanted.focus();
    wanted.dispatchEvent(new Event("change", { bubbles: true }));
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    window.setTimeout(() => delete form.dataset.sent, 8000);
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form").forEach((form) => delete form.dataset.sent));
})();
