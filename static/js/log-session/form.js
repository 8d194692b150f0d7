// The session form, and functions that several of its parts use.
export const form = document.getElementById("log-session");
export const field = (name) => form.elements.namedItem(name);
export const needled = (value) => document.getElementById(`id_is_needled_${value}`);

// Fire the same events as a person's choice, so that other scripts react.
export const choose = (button) => {
  button.checked = true;
  button.dispatchEvent(new Event("input", { bubbles: true }));
  button.dispatchEvent(new Event("change", { bubbles: true }));
};
