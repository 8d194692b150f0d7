// "None of these" and the ticks of its group exclude each other. Nothing essential needs this.
(() => {
  "use strict";
  document.addEventListener("change", (event) => {
    const group = event.target.closest(".screening-group");
    if (!group || !event.target.checked) return;
    const isNone = /^no(ne)?_/.test(event.target.name);
    group.querySelectorAll("input[type=checkbox]").forEach((box) => {
      if (box !== event.target && (isNone || /^no(ne)?_/.test(box.name))) box.checked = false;
    });
  });
  // One tick answers every group in which nothing is ticked; what is sent are the ticks of the groups.
  const noneAtAll = document.querySelector("[data-none-at-all]");
  if (noneAtAll) {
    const groups = [...document.querySelectorAll(".screening-groups .screening-group")];
    const boxesOf = (group) => [...group.querySelectorAll("input[type=checkbox]")];
    const noneOf = (group) => boxesOf(group).find((box) => /^none_/.test(box.name));
    noneAtAll.closest("label").hidden = false;
    noneAtAll.addEventListener("change", () => {
      groups.forEach((group) => {
        const none = noneOf(group);
        if (noneAtAll.checked && !boxesOf(group).some((box) => box.checked)) none.checked = true;
        if (!noneAtAll.checked) none.checked = false;
      });
    });
    document.addEventListener("change", (event) => {
      if (event.target === noneAtAll) return;
      noneAtAll.checked = groups.every((group) => noneOf(group).checked);
    });
  }
  const errors = document.getElementById("form-errors");
  if (errors) errors.focus();
})();
