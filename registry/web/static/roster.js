/*
 * Uploading: a file may be dropped. The check page: an answer never overwrites what is being typed, and the focus goes on to the next
 * cell that needs it. Saving, Enter and input methods: tables.js and app.js.
 */
(() => {
  "use strict";
  const typing = (cell) => cell.value !== cell.dataset.old && cell.value !== cell.dataset.sent;

  document.addEventListener("htmx:configRequest", (event) => {
    const cell = event.detail.elt;
    if (cell.matches(".cell-edit")) cell.dataset.sent = cell.value;
  });
  for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(failure, (event) => { delete event.detail.elt.dataset.sent; });
  }
  /* A cell with something new in it stays; its own answer will come. */
  let composing = null;
  document.addEventListener("compositionstart", (event) => { composing = event.target; });
  document.addEventListener("compositionend", () => { composing = null; });
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const part = event.detail.target;
    /* What stands above the table keeps its height: nothing moves under the mouse. */
    if (part.id === "alike") part.style.minHeight = `${part.offsetHeight}px`;
    const cells = [...part.querySelectorAll(".cell-edit")];
    if (cells.some((cell) => typing(cell) || cell === composing)) event.detail.shouldSwap = false;
  });

  /* A file may be dropped anywhere on the field. */
  const field = (event) => event.target.closest?.("[data-upload-field]");
  for (const [name, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
    document.addEventListener(name, (event) => {
      const box = field(event);
      if (!box) return;
      event.preventDefault();
      box.classList.toggle("upload-over", over);
      const input = box.querySelector("input[type=file]");
      if (name !== "drop" || !event.dataTransfer?.files.length) return;
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }

  /* When the cell with the focus went away, the next one that needs correcting has it. */
  let place = null;
  document.addEventListener("htmx:beforeSwap", () => {
    const active = document.activeElement;
    place = active?.closest(".check-table tr") && active.matches(".cell-edit, .btn-suggest, button") ? active.closest("tr") : null;
  });
  document.addEventListener("htmx:afterRequest", () => {
    if (!place?.isConnected || (document.activeElement && document.activeElement !== document.body)) return;
    const faulty = [...document.querySelectorAll(".check-table .cell-edit[aria-invalid]")];
    const next = faulty.find((cell) =>
      place === cell.closest("tr") || place.compareDocumentPosition(cell) & Node.DOCUMENT_POSITION_FOLLOWING);
    (next ?? place.querySelector(".cell-edit, a, button"))?.focus();
    place = null;
  });
})();
