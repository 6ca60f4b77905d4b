/*
 * What every page needs: forms that are sent once, input methods left in peace, dialogs, the menu
 * on phones, and htmx with our token, our words and a sensible focus. Tables: tables.js. Every
 * page also works without any of this.
 */
(() => {
  "use strict";
  const $ = (selector, scope = document) => scope.querySelector(selector);
  document.documentElement.classList.add("scripted");

  const announce = (text) => {
    const place = $("[data-live]") || $("#announcer");
    if (place && place.textContent !== text) place.textContent = text;
  };

  /* A message on the page, for what the server could not say itself. */
  function tell(text, tone = "red", row = 0) {
    const box = document.createElement("div");
    box.className = `notice notice-${tone}`;
    box.append(Object.assign(document.createElement("div"), { textContent: text }));
    const flashes = $("#flashes");
    if (!flashes) return announce(text);
    const link = row && document.getElementById(`row-${row}`)
      && Object.assign(document.createElement("a"), { href: `#row-${row}`, textContent: `回到第 ${row} 行` });
    if (link) box.lastChild.append(" ", link);
    flashes.replaceChildren(box);
    box.scrollIntoView({ block: "nearest" });
    /* Said of a row: the focus stays with what is said, and the way back is in it. The rows that
       come with the answer are put in after this; what was said is brought into sight once more. */
    if (!link) return;
    link.focus();
    setTimeout(() => {
      if (document.activeElement === link) box.scrollIntoView({ block: "center" });
    }, 100);
  }

  /* While an input method is composing, Enter belongs to it and to nobody else. */
  const composing = (event) => event.isComposing || event.keyCode === 229;
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && composing(event)) event.stopImmediatePropagation();
  }, true);
  /* Safari ends the composition first and sends its Enter afterwards. */
  let composed = 0;
  document.addEventListener("compositionend", () => { composed = Date.now(); }, true);
  document.addEventListener("keypress", (event) => {
    if (event.key === "Enter" && (composing(event) || Date.now() - composed < 60)) {
      event.preventDefault();
    }
  }, true);

  /* A text for a chat. Over plain http there is no clipboard but that of a selection. */
  async function copy(text) {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    const place = Object.assign(document.createElement("textarea"), { value: text, readOnly: true });
    place.className = "visually-hidden";
    document.body.append(place);
    place.select();
    const done = document.execCommand("copy");
    place.remove();
    if (!done) throw new Error("not copied");
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const text = document.getElementById(button.dataset.copy).textContent.trim();
    copy(text).then(
      () => tell("已复制，可以到聊天窗口粘贴。", "green"),
      () => tell("浏览器不让复制，请选中文字后自己复制。"),
    );
    button.focus();
  });

  /* Sent once, however often it is clicked. The button sleeps after the form was read. */
  function wake(form) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
    for (const button of sendersOf(form)) button.disabled = button.dataset.bulk !== undefined && !anySelected(button);
  }
  /* A file that comes leaves the page as it is: what was wrong before may be right now. */
  function outdate(form) {
    for (const old of document.querySelectorAll("[data-errors]")) old.remove();
    for (const old of form.querySelectorAll(".field-error")) old.remove();
    for (const field of form.querySelectorAll("[aria-invalid]")) {
      field.classList.remove("is-invalid");
      field.removeAttribute("aria-invalid");
    }
    /* After the form was read. */
    setTimeout(() => { for (const field of form.querySelectorAll("[type=password]")) field.value = ""; });
    tell("正在准备文件，好了浏览器会自动下载。", "blue");
  }
  const sendersOf = (form) => [...form.elements].filter((one) => one.type === "submit");
  const anySelected = (button) => {
    const scope = button.closest("[data-selection]");
    return !scope || $("[data-select]:checked", scope) !== null;
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.dataset.once === undefined) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    form.setAttribute("aria-busy", "true");
    setTimeout(() => { for (const button of sendersOf(form)) button.disabled = true; });
    if (form.dataset.download !== undefined) {
      setTimeout(() => wake(form), 3000);
      outdate(form);
    }
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(wake);
  });

  /* Who types is there: a long form keeps the session alive as pages do, by asking every few
     minutes for the picture of who looks. Where it is over already they are told while the words
     still stand on the page. */
  const STIR = 5 * 60000;
  let stirred = Date.now();
  document.addEventListener("input", () => {
    const mark = $("img.watermark");
    if (!mark || Date.now() - stirred < STIR) return;
    stirred = Date.now();
    fetch(mark.src, { cache: "no-store", redirect: "manual" }).then((answer) => {
      if (answer.ok) return;
      tell("您的登录已经结束，现在提交不会保存。请先把要紧的内容复制下来，再重新登录。");
    }, () => {});
  });

  /* Clicks that need no page of their own. */
  const openSide = (open) => {
    $("#places")?.classList.toggle("open", open);
    $("[data-side-open]")?.setAttribute("aria-expanded", String(open));
    (open ? $("#places a[href]:not([data-side-close])") : $("[data-side-open]"))?.focus();
  };
  document.addEventListener("click", (event) => {
    const on = (selector) => event.target.closest?.(selector);
    let hit;
    if ((hit = on("[data-dialog]"))) {
      event.preventDefault();
      if (hit.getAttribute("aria-disabled") === "true") return;
      const dialog = document.getElementById(hit.dataset.dialog);
      dialog?.showModal();
    } else if ((hit = on("[data-close]"))) {
      event.preventDefault();
      hit.closest("dialog")?.close();
    } else if (on("[data-side-open]")) {
      event.preventDefault();
      openSide(true);
    } else if (on("[data-side-close]")) {
      event.preventDefault();
      openSide(false);
    } else if (on("[data-print]")) {
      window.print();
    } else if ($("#places.open") && !on("#places")) {
      openSide(false);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && $("#places.open")) openSide(false);
    if (event.key === " " && event.target.matches?.("a[role=button]")) {
      event.preventDefault();
      event.target.click();
    }
  });

  /* Uploads: name and size to see, hash and size to compare with what arrived. */
  const sizeText = (bytes) => bytes < 1048576
    ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
  const hashing = new WeakMap();
  async function describe(field) {
    const box = field.closest("[data-upload-field]");
    const file = field.files[0];
    const chosen = $("[data-upload-chosen]", box);
    $("[name=sha256]", box).value = "";
    $("[name=size]", box).value = file ? file.size : "";
    chosen.textContent = file ? `已选择：${file.name}（${sizeText(file.size)}）` : "";
    if (!file || !window.crypto?.subtle || file.size > 200 * 1048576) return;
    try {
      const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
      if (field.files[0] !== file) return;
      $("[name=sha256]", box).value =
        [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    } catch {
      chosen.textContent = "这个文件现在打不开，可能正被 WPS 或 Excel 占用。请关闭后重新选择。";
    }
  }
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("[data-upload-field] input[type=file]")) {
      hashing.set(event.target, describe(event.target));
    }
  });
  /* Chosen before this script was here: on a slow line, or kept by the browser on reloading. */
  for (const field of document.querySelectorAll("[data-upload-field] input[type=file]")) {
    if (field.files.length) hashing.set(field, describe(field));
  }
  document.addEventListener("submit", (event) => {
    const field = event.target.matches("[data-upload]") && $("input[type=file]", event.target);
    const pending = field && hashing.get(field);
    if (!pending) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const sender = event.submitter;
    /* Not at once: a form does not listen to requestSubmit while its submit event is under way. */
    pending.then(() => setTimeout(() => {
      hashing.delete(field);
      event.target.requestSubmit(sender);
    }));
  }, true);

  /* htmx: the token, the focus, and what to say when nothing came back. */
  let focused = null;
  document.addEventListener("htmx:configRequest", (event) => {
    const token = $("meta[name=csrf-token]")?.content;
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token;
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const target = event.detail.target;
    focused = target?.contains(document.activeElement) ? document.activeElement.id || true : null;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const now = event.detail.elt;
    const wanted = $("[data-focus]", now) || (now.matches("[data-focus]") ? now : null);
    if (wanted) wanted.focus();
    else if (focused && (!document.activeElement || document.activeElement === document.body)) {
      const next = (focused !== true && document.getElementById(focused))
        || $(".cell-edit[aria-invalid], .cell-edit, input:not([type=hidden]), button, a[href]", now);
      next?.focus();
    }
    focused = null;
    const said = $("[data-announce]", now);
    if (said && now.getAttribute("aria-busy") !== "true") announce(said.textContent);
  });
  document.addEventListener("announce", (event) => announce(event.detail.value ?? String(event.detail)));
  document.addEventListener("tell", (event) => tell(event.detail.text, event.detail.tone, event.detail.row));
  document.addEventListener("htmx:sendError", () =>
    tell("连不上服务器，刚才的操作没有保存。请检查网络，然后再试一次；已经填写的内容还在页面上。"));
  document.addEventListener("htmx:timeout", () =>
    tell("服务器没有及时回答，不确定是否已保存。请刷新页面看一看，再决定是否重做。"));
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    const words = {
      400: "页面放得太久，刚才的操作没有保存。请刷新页面后再试。",
      401: "登录已经过期，刚才的操作没有保存。请重新登录。",
      403: "您没有做这一步的权限，什么也没有改变。",
      404: "要找的内容已经不在了。请刷新页面。",
      409: "情况已经变化（被别人改过，或者已经结束），您的操作没有保存。请刷新页面查看最新情况。",
      429: "操作太快了，请稍等一会儿再试。",
    };
    tell(words[status] || "系统没有完成这次操作，什么也没有改变。请再试一次；还是不行，请把发生的时间告诉管理员。");
  });

  $("[data-focus]")?.focus();
})();
