/*
 * Uploading: a file may be dropped. The check page: an answer never overwrites what is being typed,
 * nothing typed is left unsaved, and the focus goes on to the next cell that needs it. Saving,
 * Enter and input methods: tables.js and app.js.
 */
(() => {
  "use strict";
  const cellOf = (event) => (event.detail.elt?.matches?.(".cell-edit") ? event.detail.elt : null);
  const differs = (cell) => cell.value !== cell.dataset.old;
  const typing = (cell) => differs(cell) && cell.value !== cell.dataset.sent;

  /* A file may be dropped anywhere on the field. */
  for (const [name, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
    document.addEventListener(name, (event) => {
      const box = event.target.closest?.("[data-upload-field]");
      if (!box) return;
      event.preventDefault();
      box.classList.toggle("upload-over", over);
      const input = box.querySelector("input[type=file]");
      if (name !== "drop" || !event.dataTransfer?.files.length) return;
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }

  /* What was sent, and what did not arrive: that is sent again when the cell is left or confirmed. */
  document.addEventListener("htmx:configRequest", (event) => {
    const cell = cellOf(event);
    if (!cell) return;
    cell.dataset.sent = cell.value;
    cell.classList.remove("cell-unsaved");
  });
  for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(failure, (event) => {
      const cell = cellOf(event);
      if (!cell) return;
      delete cell.dataset.sent;
      cell.classList.add("cell-unsaved");
    });
  }
  document.addEventListener("htmx:afterOnLoad", (event) => {
    if (!event.detail.successful || document.querySelector(".cell-unsaved")) return;
    document.querySelector("#flashes .notice-red")?.remove();
  });
  const sendAgain = (cell) => {
    if (cell.matches?.(".cell-unsaved") && differs(cell)) {
      cell.dispatchEvent(new Event("change", { bubbles: true }));
    }
  };
  document.addEventListener("focusout", (event) => sendAgain(event.target));
  document.addEventListener("change", (event) => event.target.classList?.remove("cell-unsaved"), true);

  /* Of two answers that cross on their way the later one's counts stay; each brings its own row. */
  let newest = 0;
  let isOvertaken = false;
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const version = Number(event.detail.xhr.getResponseHeader("X-Draft-Version"));
    isOvertaken = version > 0 && version < newest;
    newest = Math.max(newest, version);
  });

  /* A cell with something new in it stays as it is; its own answer will come. */
  let composing = null;
  document.addEventListener("compositionstart", (event) => { composing = event.target; });
  document.addEventListener("compositionend", () => { composing = null; });
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const part = event.detail.target;
    if (isOvertaken && !part.closest(".check-table")) event.detail.shouldSwap = false;
    /* What stands above the table keeps its height: nothing moves under the mouse. On the parent:
       htmx copies the attributes of what it swaps, and the policy refuses style attributes. */
    if (part.id === "alike") part.parentElement.style.minHeight = `${part.parentElement.offsetHeight}px`;
    const cells = [...part.querySelectorAll(".cell-edit")];
    if (cells.some((cell) => typing(cell) || cell === composing)) event.detail.shouldSwap = false;
  });

  /* Whoever goes on while a cell is still being saved goes on when it is saved. */
  let underWay = 0;
  let onward = null;
  document.addEventListener("htmx:beforeSend", () => { underWay += 1; });
  document.addEventListener("htmx:afterRequest", () => {
    underWay = Math.max(0, underWay - 1);
    setTimeout(() => {
      if (underWay || !onward) return;
      const go = onward;
      onward = null;
      if (!document.querySelector(".cell-unsaved")) go();
    }, 30);
  });
  const hold = (event, go) => {
    if (!underWay) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    onward = go;
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    const stays = !link || link.getAttribute("href").startsWith("#") || link.target;
    if (!stays && !event.ctrlKey && !event.metaKey && !event.shiftKey) hold(event, () => link.click());
  }, true);
  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (!form.hasAttribute("hx-post")) hold(event, () => form.requestSubmit(submitter));
  }, true);
  window.addEventListener("beforeunload", (event) => {
    if ([...document.querySelectorAll(".check-table .cell-edit")].some(typing)) event.preventDefault();
  });

  /* When nothing is left to correct, that has the focus, with the way on beside it: once. Two
     answers close together both bring the sentence; the second one keeps the focus on it. */
  let isAllRight = false;
  let wasThere = false;
  function allRight() {
    const said = document.querySelector("[data-all-right]");
    const active = document.activeElement;
    if (said && active?.matches(".cell-edit") && typing(active)) return false;
    const isNew = said && (!isAllRight || (wasThere && active === document.body));
    isAllRight = Boolean(said);
    wasThere = false;
    if (!isNew) return false;
    said.focus({ preventScroll: true });
    said.scrollIntoView({ block: "center" });
    return true;
  }

  /* When the cell with the focus went away, the next one that needs correcting has it. */
  let place = null;
  document.addEventListener("htmx:beforeSwap", () => {
    const active = document.activeElement;
    wasThere = Boolean(active?.closest("[data-all-right]"));
    place = active?.matches(".cell-edit, button") ? active.closest(".check-table tr") : null;
  });
  document.addEventListener("htmx:afterRequest", () => {
    const row = place;
    place = null;
    if (allRight()) return;
    if (!row?.isConnected || (document.activeElement && document.activeElement !== document.body)) return;
    const after = (cell) => row.contains(cell)
      || row.compareDocumentPosition(cell) & Node.DOCUMENT_POSITION_FOLLOWING;
    const faulty = [...document.querySelectorAll(".check-table .cell-edit[aria-invalid]")];
    (faulty.find(after) ?? row.querySelector(".cell-edit, a, button"))?.focus();
  });

  /* The page opens at the row that it names, else where the clerk left, else at the first fault. */
  const rowsOf = () => [...document.querySelectorAll(".check-table tbody tr[data-row]")];
  const numberOf = (row) => Number(row.dataset.row);
  const faultIn = (row) => row?.querySelector(".cell-edit[aria-invalid]") ?? row?.querySelector(".cell-edit");
  /* What has the focus is seen, with its row: the table's head covers the upper edge. */
  const HEAD = 48;
  function reveal() {
    const at = document.activeElement;
    const row = at?.closest(".check-table tr");
    if (!row) return;
    const { top, bottom } = at.getBoundingClientRect();
    if (top < HEAD || bottom > innerHeight) {
      row.scrollIntoView({ block: row.offsetHeight > innerHeight - HEAD ? "nearest" : "center" });
    }
  }
  function focusRow(row) {
    (faultIn(row) ?? row.querySelector("a, button"))?.focus({ preventScroll: true });
    row.scrollIntoView({ block: "center" });
  }
  function open() {
    const place = document.querySelector("[data-rows]");
    if (document.activeElement !== document.body || !matchMedia("(pointer: fine)").matches) return;
    if (!place) {
      /* The row that the address names was the last one. */
      const onward = location.hash && document.querySelector("#rows .empty a");
      if (onward) onward.focus({ preventScroll: true });
      if (onward) onward.scrollIntoView({ block: "center" });
      return;
    }
    const named = /^#row-\d+$/.test(location.hash) && document.querySelector(location.hash);
    if (named) return focusRow(named);
    const start = Number(place.dataset.start);
    const from = rowsOf().filter((row) => numberOf(row) >= start && row.querySelector(".cell-edit[aria-invalid]"));
    const cell = faultIn(from[0] ?? rowsOf().find((row) => row.querySelector(".cell-edit[aria-invalid]")));
    cell?.focus({ preventScroll: true });
    reveal();
  }
  /* After the browser itself has gone to the row that the address names: that takes the focus. */
  if (location.hash) window.addEventListener("load", () => setTimeout(open, 50));
  else open();
  /* A page that is loaded again is scrolled by the browser to where it was. */
  window.addEventListener("load", () => setTimeout(reveal, 100));
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('#flashes a[href^="#row-"]');
    const row = link && document.querySelector(link.getAttribute("href"));
    if (!row) return;
    event.preventDefault();
    focusRow(row);
  });

  /* The rows before and after a row: those that the page does not show come in between, and go. */
  async function around(link) {
    const row = link.closest("tr");
    const near = row.dataset.row;
    const there = document.querySelectorAll(`tr[data-near="${near}"]`);
    const opened = link.getAttribute("aria-expanded") === "true";
    link.setAttribute("aria-expanded", String(!opened));
    link.textContent = opened ? "看上下行" : "收起上下行";
    row.classList.toggle("row-around", !opened);
    if (opened) return there.forEach((one) => one.remove());
    const address = new URL(link.href);
    address.searchParams.set("shown", rowsOf().map(numberOf).join(","));
    try {
      const answer = await fetch(address, { headers: { "HX-Request": "true" } });
      if (!answer.ok || answer.redirected) return location.assign(link.href);
      const box = document.createElement("template");
      box.innerHTML = await answer.text();
      for (const one of [...box.content.querySelectorAll("tr")]) {
        const after = rowsOf().find((other) => numberOf(other) > numberOf(one));
        if (after) after.before(one);
        else row.closest("tbody").append(one);
        window.htmx?.process(one);
      }
      document.dispatchEvent(new CustomEvent("htmx:afterSettle", { detail: { elt: row.closest("table") } }));
    } catch {
      location.assign(link.href);
    }
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-around]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
    event.preventDefault();
    around(link);
  });

  /* Ctrl+Z outside of typing undoes the last step. */
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || event.key.toLowerCase() !== "z") return;
    const at = event.target;
    if (event.isComposing || document.querySelector("dialog[open]")) return;
    const writes = at.matches?.("input:not([type=hidden]), textarea, select");
    if (writes && (!at.matches(".check-table .cell-edit") || differs(at))) return;
    const button = document.querySelector("[data-undo]");
    if (!button) return;
    event.preventDefault();
    button.click();
  });
})();
