/*
 * Tables: labels for phones, selections, cells that are corrected with the keyboard, and rows that
 * are decided with the keyboard.
 */
(() => {
  "use strict";
  const all = (selector, scope = document) => [...scope.querySelectorAll(selector)];
  const writing = (element) => element.matches?.("input:not([type=checkbox]):not([type=radio]), textarea, select");

  /* On phones every cell is a line: label, value. The label is its column's. */
  function label(table) {
    const labels = all("thead th", table).map((one) => one.textContent.trim());
    for (const row of table.tBodies[0]?.rows ?? []) {
      for (const cell of row.cells) {
        if (!cell.hasAttribute("data-label")) cell.dataset.label = labels[cell.cellIndex] ?? "";
      }
    }
  }

  /* Selections: how many, and what can be done with them. */
  function count(scope) {
    const boxes = all("[data-select]", scope);
    const chosen = boxes.filter((box) => box.checked).length;
    scope.toggleAttribute("data-selected-any", chosen > 0);
    for (const place of all("[data-selected]", scope)) place.textContent = chosen.toLocaleString("en");
    for (const hint of all("[data-selected-hint]", scope)) hint.hidden = chosen > 0;
    for (const box of all("[data-select-all]", scope)) {
      box.checked = chosen > 0 && chosen === boxes.length;
      box.indeterminate = chosen > 0 && chosen < boxes.length;
    }
    for (const button of all("[data-bulk]", scope)) {
      if (button.tagName === "A") button.setAttribute("aria-disabled", String(chosen === 0));
      else button.disabled = chosen === 0;
    }
    /* Dialogs stand outside of the forms; they show the count too. */
    if (scope.id) {
      for (const place of all(`[data-selected-of="${scope.id}"]`)) place.textContent = chosen.toLocaleString("en");
    }
  }
  let last = null;
  document.addEventListener("click", (event) => {
    const box = event.target;
    if (!box.matches?.("[data-select]")) return;
    const scope = box.closest("[data-selection]");
    const boxes = scope ? all("[data-select]", scope) : [];
    if (event.shiftKey && last && boxes.includes(last)) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      for (const one of boxes.slice(from, to + 1)) one.checked = box.checked;
      count(scope);
    }
    last = box;
  });
  document.addEventListener("change", (event) => {
    const scope = event.target.closest?.("[data-selection]");
    if (!scope) return;
    if (event.target.matches("[data-select-all]")) {
      for (const box of all("[data-select]", scope)) box.checked = event.target.checked;
    }
    if (event.target.matches("[data-select-all], [data-select]")) count(scope);
  });

  /* Cells: Enter goes on, the arrows go up and down in the column, Escape puts the old value back. */
  const column = (cell) => cell.closest("td, th")?.cellIndex;
  function neighbour(cell, step) {
    /* In the next row that has something to edit in this column: the same field where there is. */
    const rows = all("tr", cell.closest("table") ?? document);
    const others = (row) => all(".cell-edit", row).filter((one) => column(one) === column(cell));
    for (let at = rows.indexOf(cell.closest("tr")) + step; rows[at]; at += step) {
      const cells = others(rows[at]);
      if (cells.length) return cells.find((one) => one.name === cell.name) ?? cells[0];
    }
    return null;
  }
  function go(to, event) {
    event.preventDefault();
    if (!to) return;
    to.focus();
    to.select?.();
  }
  document.addEventListener("keydown", (event) => {
    const cell = event.target;
    if (event.isComposing || event.keyCode === 229 || !cell.matches?.(".cell-edit")) return;
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const cells = all(".cell-edit", cell.closest("table") ?? document);
    const faulty = cells.filter((one) => one === cell || one.hasAttribute("aria-describedby"));
    if (event.key === "Enter") {
      const among = faulty.length > 1 ? faulty : cells;
      const next = among[among.indexOf(cell) + (event.shiftKey ? -1 : 1)];
      go(next, event);
      if (!next) cell.blur();
    } else if (event.key === "ArrowDown" && cell.tagName !== "SELECT") go(neighbour(cell, 1), event);
    else if (event.key === "ArrowUp" && cell.tagName !== "SELECT") go(neighbour(cell, -1), event);
    else if (event.key === "Escape" && cell.value !== cell.dataset.old) {
      event.preventDefault();
      cell.value = cell.dataset.old;
    }
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-fill]");
    const cell = button && document.getElementById(button.dataset.fill);
    if (!cell) return;
    cell.focus();
    cell.value = button.dataset.value;
    cell.dispatchEvent(new Event("change", { bubbles: true }));
    /* On to the next fault; nothing moves under the mouse. */
    const faulty = all(".cell-edit[aria-invalid]", cell.closest("table") ?? document);
    const next = faulty[faulty.indexOf(cell) + 1];
    if (!faulty.includes(cell) || !next) return;
    next.focus({ preventScroll: event.detail > 0 });
    /* But what has the focus is seen. */
    next.scrollIntoView({ block: "nearest" });
  });

  /* Rows: J K or arrows walk, X selects, Enter opens, letters press buttons with data-key. Only
     while a row has the focus, so that no letter ever acts by surprise. */
  document.addEventListener("keydown", (event) => {
    const row = event.target;
    if (!row.matches?.("[data-keys] tbody tr") || writing(event.target)) return;
    if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
    const key = event.key.toLowerCase();
    const move = { j: "next", arrowdown: "next", k: "previous", arrowup: "previous" }[key];
    if (move) go(row[`${move}ElementSibling`], event);
    else if (key === "x" || key === " ") {
      event.preventDefault();
      row.querySelector("[data-select]")?.click();
    } else if (key === "enter") row.querySelector("[data-open]")?.click();
    else {
      const scope = row.closest("[data-selection]") ?? document;
      /* The row's own buttons first. */
      const button = [...all("[data-key]", row), ...all("[data-key]", scope)].find((one) => one.dataset.key === key);
      if (button && !button.disabled) {
        event.preventDefault();
        button.click();
      }
    }
  });

  function prepare(scope) {
    for (const table of all(".cards-on-phone", scope)) label(table);
    for (const one of all("[data-selection]", scope)) count(one);
  }
  prepare(document);
  document.addEventListener("htmx:afterSettle", (event) => {
    const table = event.detail.elt.closest?.(".cards-on-phone");
    if (table) label(table);
    const scope = event.detail.elt.closest?.("[data-selection]");
    if (scope) count(scope);
    prepare(event.detail.elt);
  });
  window.addEventListener("pageshow", () => prepare(document));
})();
