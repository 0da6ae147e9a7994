/* Keys, dialogs, live counts. Everything here is comfort: each act is a plain form, each view a plain link. */
"use strict";
(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const store = (name, value) => {
    try { return value === undefined ? localStorage.getItem(name) : localStorage.setItem(name, value); } catch { return null; }
  };

  /* --- dialogs: native, focus in, focus back, one submit --- */
  let opener = null;
  function open(dialog, from) {
    if (!dialog || dialog.open) return;
    opener = from || document.activeElement;
    fillChosen(dialog);
    dialog.showModal();
    dialog.dispatchEvent(new Event("ops-opened"));
    const first = one("textarea, select, input:not([type=hidden]), [data-ops-close]", dialog);
    if (first) first.focus();
  }
  function wireDialogs() {
    for (const button of all("[data-ops-open]")) button.addEventListener("click", () => open(document.getElementById(button.dataset.opsOpen), button));
    for (const dialog of all("dialog.ops-dialog")) {
      dialog.addEventListener("close", () => { if (opener && opener.isConnected) opener.focus(); });
      dialog.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); const form = one("form", dialog); if (form) form.requestSubmit(one("[type=submit]", form)); }
      });
      for (const close of all("[data-ops-close]", dialog)) close.addEventListener("click", () => dialog.close());
    }
    const opened = one("dialog[data-ops-opened]");
    if (opened) open(opened, one(`[data-ops-open="${opened.id}"]`));
    for (const form of all("form[data-ops-once]")) form.addEventListener("submit", (event) => {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "1";
      // After the form is read: a button that is disabled before says nothing of which one was pressed.
      setTimeout(() => { for (const button of all("[type=submit]", form)) button.disabled = true; });
    });
    window.addEventListener("pageshow", () => { for (const form of all("form[data-sent]")) { delete form.dataset.sent; for (const button of all("[type=submit]", form)) button.disabled = false; } });
  }

  /* --- selection and bulk acts --- */
  const chosen = () => all("[data-ops-choose]:checked");
  function fillChosen(dialog) {
    const form = one("form[data-ops-bulk-form]", dialog);
    if (form) carry(form);
    const box = one("[data-ops-chosen]", dialog);
    if (box) box.textContent = chosen().map((check) => check.getAttribute("aria-label").replace("Select ", "")).join(", ");
  }
  function carry(form) {
    for (const old of all("input[name=chosen]", form)) old.remove();
    for (const check of chosen()) { const field = document.createElement("input"); field.type = "hidden"; field.name = "chosen"; field.value = check.value; form.append(field); }
  }
  function showBulk() {
    const bar = one("[data-ops-bulk]");
    if (!bar) return;
    const count = chosen().length;
    bar.hidden = count === 0;
    one("[data-ops-bulk-words]", bar).textContent = `${count} selected`;
  }
  function wireBulk() {
    for (const check of all("[data-ops-choose]")) check.addEventListener("change", showBulk);
    const every = one("[data-ops-all]");
    if (every) every.addEventListener("change", () => { for (const check of all("[data-ops-choose]")) check.checked = every.checked; showBulk(); });
    const none = one("[data-ops-unselect]");
    if (none) none.addEventListener("click", () => { for (const check of all("[data-ops-choose], [data-ops-all]")) check.checked = false; showBulk(); });
    for (const form of all("[data-ops-bulk] form[data-ops-bulk-form]")) form.addEventListener("submit", () => carry(form));
  }

  /* --- the cursor of a list, kept when coming back --- */
  const rows = () => all("[data-ops-row]");
  const cursorName = () => `ops-cursor:${location.pathname}${location.search}`;
  let at = -1;
  function point(index, scroll = true) {
    const list = rows();
    if (!list.length) return;
    at = Math.max(0, Math.min(index, list.length - 1));
    list.forEach((row, number) => row.classList.toggle("ops-cursor", number === at));
    if (scroll) list[at].scrollIntoView({ block: "nearest" });
    try { sessionStorage.setItem(cursorName(), list[at].dataset.key); } catch { /* private window */ }
  }
  function wireRows() {
    for (const row of rows()) row.addEventListener("click", (event) => {
      if (event.target.closest("a, input, button, label") || String(getSelection())) return;
      point(rows().indexOf(row), false);
      if (event.metaKey || event.ctrlKey) window.open(row.dataset.href); else location.href = row.dataset.href;
    });
    let kept = null;
    try { kept = sessionStorage.getItem(cursorName()); } catch { /* private window */ }
    if (rows().length) point(Math.max(0, rows().findIndex((row) => row.dataset.key === kept)), kept !== null);
  }

  /* --- keys: off while typing or in a dialog --- */
  const typing = (target) => target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]") !== null;
  let going = 0;
  function go(letter) {
    const link = one(`[data-ops-go-${letter}]`) || all("#nav-sidebar a").find((item) => new URL(item.href).searchParams.get("k") === letter);
    if (link) location.href = link.href;
  }
  const goPaths = { h: "", e: "reconciliation/exceptioncase/", p: "cashier/payoutintent/", a: "ledger/approvalrequest/", r: "reconciliation/reconciliationrun/", d: "disputes/dispute/", c: "reconciliation/dailyclose/" };
  function goTo(letter) {
    const root = one("[data-ops-home]");
    if (root && letter in goPaths) location.href = root.dataset.opsHome + goPaths[letter]; else go(letter);
  }
  function press(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || one("dialog[open]")) return;
    if (store("ops-single-keys") === "off") return;
    const key = event.key;
    if (Date.now() - going < 1200) { going = 0; event.preventDefault(); goTo(key); return; }
    const record = one("[data-ops-record]");
    const act = one(`[data-ops-key="${CSS.escape(key)}"]:not(:disabled)`);
    if (key === "g") { going = Date.now(); return; }
    if (key === "?") { open(document.getElementById("ops-keys")); event.preventDefault(); return; }
    if (key === "u" && record) { location.href = record.dataset.opsBack; return; }
    if (key === "[" && record && record.dataset.opsPrevious) { location.href = record.dataset.opsPrevious; return; }
    if (key === "]" && record && record.dataset.opsNext) { location.href = record.dataset.opsNext; return; }
    if (key === "/") { const search = one("[data-ops-search]"); if (search) { search.focus(); event.preventDefault(); } return; }
    if (key === "f") { const filter = one("[data-ops-filter]"); if (filter) { filter.open = !filter.open; const field = one("select, input:not([type=hidden])", filter); if (filter.open && field) field.focus(); event.preventDefault(); } return; }
    if (/^[1-9]$/.test(key)) { const view = one(`[data-ops-view="${key}"]`); if (view) location.href = view.href; return; }
    if (rows().length && pressRow(key, event)) return;
    if (act) { const more = act.closest("[data-ops-more]"); if (more) more.open = false; event.preventDefault(); if (act.closest("[data-ops-bulk]") && !chosen().length) chooseCursor(); act.click(); }
  }
  function chooseCursor() { const check = one("[data-ops-choose]", rows()[at]); if (check) { check.checked = true; showBulk(); } }
  function pressRow(key, event) {
    if (key === "j" || key === "k") { point(at + (key === "j" ? 1 : -1)); return true; }
    if (key === "Enter" && !event.target.closest("a, button, summary, input")) { location.href = rows()[Math.max(0, at)].dataset.href; return true; }
    if (key === "x") { const check = one("[data-ops-choose]", rows()[at]); if (check) { check.checked = !check.checked; showBulk(); } return true; }
    return false;
  }

  /* --- live counts: one stream per tab, else a poll each 15 s; rows never move --- */
  function wireLive() {
    const mark = one("[data-ops-live]");
    if (!mark) return;
    const words = one("[data-ops-live-words]", mark);
    let last = 0, announced = 0, timer = 0;
    const show = (data) => {
      last = Date.now();
      mark.classList.add("ops-live-on"); mark.classList.remove("ops-live-off");
      words.textContent = `live ${data.at.slice(11, 19)} UTC`;
      for (const view of one("[data-ops-list][data-ops-cases]") ? all("[data-live-slug]") : []) {
        const count = data.counts[view.dataset.liveSlug], badge = one("[data-live-count]", view);
        if (badge && count !== undefined && count < 10000) badge.textContent = count.toLocaleString("en-GB");
      }
      if (Date.now() - announced > 10000) announced = Date.now();
    };
    const lost = () => { mark.classList.remove("ops-live-on"); mark.classList.add("ops-live-off"); words.textContent = last ? `not live since ${new Date(last).toISOString().slice(11, 16)} UTC` : "not live"; };
    const poll = () => fetch(mark.dataset.poll, { headers: { Accept: "application/json" } }).then((answer) => answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))).then(show).catch(lost);
    const startPoll = () => { if (!timer) { poll(); timer = setInterval(poll, 15000); } };
    if (!mark.dataset.stream) { startPoll(); return; }
    const source = new EventSource(mark.dataset.stream, { withCredentials: true });
    source.addEventListener("counts", (event) => { clearInterval(timer); timer = 0; show(JSON.parse(event.data)); });
    source.onerror = () => startPoll();
    setInterval(() => { if (!timer && Date.now() - last > 15000) startPoll(); }, 5000);
    window.addEventListener("pagehide", () => source.close());
  }

  /* --- a load that goes on: asked for each second, and at its end the page's own parts are taken anew --- */
  function wireProgress() {
    const box = one("[data-ops-progress]");
    if (!box) return;
    const renew = () => fetch(location.href, { headers: { Accept: "text/html" } }).then((answer) => answer.ok ? answer.text() : Promise.reject(new Error(String(answer.status)))).then((text) => {
      const fresh = one("[data-ops-record]", new DOMParser().parseFromString(text, "text/html")), record = one("[data-ops-record]");
      if (!fresh) { location.reload(); return; }
      for (const part of [...record.children]) if (!part.matches(".ops-trail")) part.remove();
      for (const part of [...fresh.children]) if (!part.matches(".ops-trail")) record.append(document.adoptNode(part));
      one(".ops-title", record).setAttribute("role", "status");
    });
    const ask = () => fetch(box.dataset.opsProgress, { headers: { Accept: "text/html" } }).then((answer) => {
      if (!answer.ok) throw new Error(String(answer.status));
      if (answer.headers.get("X-Ops-Ended")) return renew();
      return answer.text().then((text) => { box.innerHTML = text; setTimeout(ask, one("progress", box) ? 700 : 4000); });
    }).catch(() => setTimeout(ask, 5000));
    setTimeout(ask, one("progress", box) ? 300 : 4000);
  }

  /* --- small things --- */
  function wireSmall() {
    const help = one("[data-ops-help]");
    const view = one(".ops-view-on");
    if (view) view.parentElement.scrollLeft = Math.max(0, view.offsetLeft + view.offsetWidth - view.parentElement.offsetLeft - view.parentElement.clientWidth);
    if (help) help.addEventListener("click", () => open(document.getElementById("ops-keys"), help));
    const single = one("[data-ops-single-keys]");
    if (single) { single.checked = store("ops-single-keys") !== "off"; single.addEventListener("change", () => store("ops-single-keys", single.checked ? "on" : "off")); }
    for (const button of all("[data-ops-copy-link]")) button.addEventListener("click", () => navigator.clipboard.writeText(location.origin + location.pathname).then(() => { button.textContent = "Copied"; }));
    for (const undo of all("[data-ops-undo]")) setTimeout(() => undo.remove(), 1000 * Number(undo.dataset.opsUndo));
    // The theme writes a chosen file's name into a text field beside it, which our dialogs lack: it would stumble.
    document.addEventListener("change", (event) => { if (event.target.matches("dialog.ops-dialog input[type=file]")) event.stopPropagation(); }, true);
    for (const field of all("[data-ops-amount]")) field.addEventListener("blur", () => echo(field));
    document.addEventListener("copy", (event) => {
      const picked = getSelection(), node = picked && picked.anchorNode && (picked.anchorNode.nodeType === 1 ? picked.anchorNode : picked.anchorNode.parentElement);
      const cell = node && node.closest("[data-copy]");
      if (cell && cell.contains(picked.focusNode)) { event.clipboardData.setData("text/plain", cell.dataset.copy); event.preventDefault(); }
    });
    document.addEventListener("click", (event) => { const more = one("[data-ops-more][open]"); if (more && (!more.contains(event.target) || event.target.closest("button"))) more.open = false; });
    document.addEventListener("click", (event) => { const filter = one("[data-ops-filter][open]"); if (filter && !filter.contains(event.target)) filter.open = false; });
    document.addEventListener("keydown", (event) => { const filter = one("[data-ops-filter][open]"); if (event.key === "Escape" && filter) { filter.open = false; one("summary", filter).focus(); } });
  }
  function wireReceipts() {
    for (const dialog of all("dialog:has([data-ops-receipt])")) {
      const show = () => { const picked = one("input[type=radio]:checked", dialog); for (const receipt of all("[data-ops-receipt]", dialog)) receipt.hidden = !picked || receipt.dataset.opsReceipt !== picked.value; };
      dialog.addEventListener("change", show);
      show();
    }
  }
  /* --- the receipt of a form while it is filled in: asked of the server, which knows the rules --- */
  function wireLiveReceipts() {
    for (const box of all("[data-ops-live-receipt]")) {
      const form = box.closest("form");
      let timer = 0, asked = 0;
      const ask = () => {
        const said = new URLSearchParams();
        for (const [name, value] of new FormData(form)) if (typeof value === "string" && !["csrfmiddlewaretoken", "once", "seen", "reason"].includes(name)) said.append(name, value);
        const number = ++asked;
        fetch(`${box.dataset.opsLiveReceipt}?${said}`, { headers: { Accept: "text/html" } }).then((answer) => answer.ok ? answer.text() : "").then((text) => { if (number === asked) box.innerHTML = text; }).catch(() => { box.textContent = ""; });
      };
      form.addEventListener("input", (event) => { if (event.target.name === "reason") return; clearTimeout(timer); timer = setTimeout(ask, 250); });
      form.closest("dialog").addEventListener("ops-opened", ask);
    }
  }
  function echo(field) {
    let line = one(".ops-echo", field.parentElement);
    if (!line) { line = document.createElement("p"); line.className = "ops-echo"; line.setAttribute("aria-live", "polite"); field.after(line); }
    const text = field.value.replaceAll(",", "").trim(), [whole, decimals = ""] = text.split("."), most = Number(field.dataset.opsDecimals);
    if (!/^\d+(\.\d+)?$/.test(text)) { line.textContent = text ? "Write an amount like 4200 or 4200.50." : ""; return; }
    if (decimals.length > most) { line.textContent = `${field.dataset.opsAmount} has ${most} decimals.`; return; }
    line.textContent = `${BigInt(whole).toLocaleString("en-GB")}${most ? "." + decimals.padEnd(most, "0") : ""} ${field.dataset.opsAmount}`;
  }

  document.addEventListener("DOMContentLoaded", () => { wireDialogs(); wireBulk(); wireRows(); wireSmall(); wireReceipts(); wireLiveReceipts(); wireProgress(); wireLive(); document.addEventListener("keydown", press); });
  if (window.htmx) { window.htmx.config.includeIndicatorStyles = false; }
})();
