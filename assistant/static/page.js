// What our pieces of HTML send to Python, the panel of passages, copying, and a lost connection.
document.documentElement.lang = "fr";
// Gradio's own words follow the browser's language; everything here is French.
Object.defineProperty(navigator, "language", { get: () => "fr" });

const casf = (() => {
  const announce = (text) => { const place = document.getElementById("annonce"); if (place) place.textContent = text; };
  let asked = null; // the link that opened the panel: the keyboard goes back to it

  // Gradio reloads the page once a lost connection is back: what was being written or waited for goes back into the field.
  const field = () => document.querySelector("#question textarea");
  const keep = (text) => { try { sessionStorage.setItem("casf-question", text); } catch { /* storage refused: nothing is kept */ } };
  document.addEventListener("input", (event) => { if (event.target === field()) keep(event.target.value); });
  function settled(turn) {
    const asked = turn ? turn.querySelector("h2").textContent : "";
    const written = field()?.value || ""; // perhaps not emptied yet of what was just asked
    keep(turn && turn.matches(".attend") ? asked : written === asked ? "" : written);
  }
  let draft = "";
  try { draft = sessionStorage.getItem("casf-question") || ""; } catch { /* the same */ }
  const put = setInterval(() => {
    const place = field(); // Gradio mounts it when it can
    if (draft && !place) return;
    clearInterval(put);
    if (!draft || place.value) return;
    place.value = draft;
    place.dispatchEvent(new Event("input", { bubbles: true }));
  }, 100);

  function tab(element, act, watch) {
    element.addEventListener("click", (event) => {
      const button = event.target.closest("[data-do]");
      if (!button || button.tagName === "FORM") return;
      event.preventDefault();
      act({ ...button.dataset });
    });
    element.addEventListener("submit", (event) => {
      const form = event.target.closest("form[data-do]");
      if (!form) return;
      event.preventDefault();
      act({ ...form.dataset, ...Object.fromEntries(new FormData(form)) });
    });
    let count = element.querySelectorAll(".tour").length;
    watch("value", () => {
      const turns = element.querySelectorAll(".tour");
      const last = turns[turns.length - 1];
      if (turns.length > count) last.scrollIntoView({ block: "start", behavior: "instant" });
      if (last && !last.matches(".attend") && turns.length) announce("Réponse affichée.");
      if (element.closest("#conversation")) settled(last);
      count = turns.length;
    });
  }

  function close() {
    document.body.classList.remove("ouvert");
    if (asked && asked.isConnected) asked.focus();
    asked = null;
  }

  function panel(element, show, code, watch) {
    document.addEventListener("click", (event) => {
      const link = event.target.closest("[data-open]");
      if (link) {
        event.preventDefault();
        if (!element.contains(link)) asked = link;
        asked = asked || link;
        document.body.classList.add("ouvert");
        element.setAttribute("aria-busy", "true");
        show({ ...link.dataset });
        return;
      }
      const whole = event.target.closest("[data-code]");
      if (whole) {
        event.preventDefault();
        close();
        code({ ...whole.dataset });
        return;
      }
      if (event.target.closest("#passage .fermer")) close();
    });
    document.addEventListener("click", (event) => { if (event.target.closest("[role=tab], .overflow-dropdown button")) close(); });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && document.body.classList.contains("ouvert")) close();
    });
    watch("value", () => {
      element.removeAttribute("aria-busy");
      if (!asked) return;
      const title = element.querySelector("h2");
      if (title && !element.contains(document.activeElement)) title.focus({ preventScroll: true });
      const mark = element.querySelector("mark");
      const box = element.closest("#passage") || element;
      box.scrollTop = mark ? Math.max(0, mark.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop - 160) : 0;
    });
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    try { await navigator.clipboard.writeText(button.dataset.copy); } catch { // no permission: the old way
      const area = document.createElement("textarea");
      area.value = button.dataset.copy;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    const name = button.textContent;
    button.textContent = "Copié";
    announce(`Copié : ${button.dataset.copy}`);
    setTimeout(() => { button.textContent = name; }, 1500);
  });

  const lost = (gone) => {
    const place = document.getElementById("reseau");
    if (place) place.textContent = gone ? "Connexion perdue : la page répondra dès qu'elle sera revenue. Rien n'est effacé." : "";
  };
  window.addEventListener("offline", () => lost(true));
  window.addEventListener("online", () => lost(false));
  return { tab, panel };
})();
window.casf = casf;
