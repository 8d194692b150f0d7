// A tick at a group's head ticks its rows; the button prints. Nothing essential needs this.
(() => {
  "use strict";
  document.addEventListener("change", (event) => {
    const group = event.target.closest(".sign-off-group");
    if (!group) return;
    const all = group.querySelector("[data-all]");
    const rows = [...group.querySelectorAll('input[name="piece"]')];
    if (event.target === all)
      rows.forEach((row) => {
        row.checked = all.checked;
      });
    else if (all) all.checked = rows.every((row) => row.checked);
  });
  const print = document.querySelector("[data-print]");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }
})();
