// The session form and what several of its parts use.
export const form = document.getElementById("log-session");
export const field = (name) => form.elements.namedItem(name);
export const needled = (value) => document.getElementById(`id_is_needled_${value}`);

// As if a person had chosen it: other scripts hear of it.
export const choose = (button) => {
  button.checked = true;
  button.dispatchEvent(new Event("input", { bubbles: true }));
  button.dispatchEvent(new Event("change", { bubbles: true }));
};
