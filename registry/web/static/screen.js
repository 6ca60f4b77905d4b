/*
 * The large screen: asks for new figures, says of when they are and when they grew old, and leads
 * back. A night without the server, or a session that ended, leaves the last figures standing and
 * says so.
 */
(() => {
  "use strict";
  const frame = document.querySelector("[data-screen]");
  const $ = (selector) => frame.querySelector(selector);
  const every = Number(frame.dataset.every) * 1000;
  const state = $("[data-state]");
  let last = Date.now();

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") location.assign(frame.dataset.back);
  });

  function say(text, old = false) {
    if (state.textContent !== text) state.textContent = text;
    frame.classList.toggle("is-old", old);
  }

  let at = $("[data-at]").textContent;
  function show(shown) {
    at = shown.at;
    for (const [name, text] of Object.entries(shown.figures)) {
      $(`[data-figure="${name}"]`).textContent = text;
    }
    $("[data-ranking-by]").textContent = shown.ranking_by;
    if (window.drawChart) {
      window.drawChart($(".screen-growth [data-chart]"), shown.growth);
      window.drawChart($(".screen-ranking [data-chart]"), shown.ranking);
    }
    const lines = shown.events.length ? shown.events : ["今天还没有变动"];
    $("[data-events]").replaceChildren(
      ...lines.map((text) => Object.assign(document.createElement("li"), { textContent: text })),
    );
  }

  async function renew() {
    try {
      const answer = await fetch(frame.dataset.screen, {
        headers: { Accept: "application/json" }, redirect: "manual", signal: AbortSignal.timeout(every),
      });
      if (answer.type === "opaqueredirect") {
        say(`登录已到期，请返回后重新登录；数据截至 ${at}`, true);
      } else if (answer.ok) {
        show(await answer.json());
        last = Date.now();
        say(`数据截至 ${at}`);
      } else {
        throw new Error(`status ${answer.status}`);
      }
    } catch {
      const minutes = Math.round((Date.now() - last) / 60000);
      say(`连不上服务器，数据截至 ${at}（已 ${minutes} 分钟没有更新）`, true);
    }
  }

  setInterval(renew, every);
  /* A computer that slept wakes with old figures. */
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && Date.now() - last > every) renew();
  });

  /* The lines of the day go round, where they do not fit. */
  const list = $("[data-events]");
  if (!window.matchMedia("(prefers-reduced-motion: reduce)").matches) {
    setInterval(() => {
      if (list.scrollHeight > list.clientHeight) list.append(list.firstElementChild);
    }, 4000);
  }
})();
