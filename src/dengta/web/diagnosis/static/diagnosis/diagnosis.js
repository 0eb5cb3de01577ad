// Saving as one goes: each answer carries the client's own time; one that did not arrive is said so.
const unsaved = document.getElementById("unsaved");

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.parameters.set?.("at_client", String(Date.now() * 1000));
  if (!event.detail.parameters.set) event.detail.parameters.at_client = String(Date.now() * 1000);
});
for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(name, () => { unsaved.hidden = false; });
}
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) unsaved.hidden = true;
});
// "None of these" and an option exclude one another: choosing one takes the other back.
document.addEventListener("change", (event) => {
  const box = event.target;
  if (box.type !== "checkbox" || !box.checked || !box.closest(".options")) return;
  for (const other of box.closest(".options").querySelectorAll("input[type=checkbox]")) {
    if (other !== box && (box.value === "-none" || other.value === "-none")) other.checked = false;
  }
}, true);
