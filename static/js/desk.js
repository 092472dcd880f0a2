// At the desk the next scan must always find the field, and replace what is in it.
const field = document.querySelector("[autofocus]");
if (field instanceof HTMLInputElement) field.select();

for (const form of document.querySelectorAll("[data-back-to-field]")) {
  form.addEventListener("submit", () => document.getElementById("id_scan").focus());
}
