// A click on a citation mark opens its passage in the panel and moves the keyboard there.
document.documentElement.lang = "fr";
document.addEventListener("click", (event) => {
  const link = event.target.closest && event.target.closest('a[href*="#source-"]');
  if (!link) return;
  event.preventDefault();
  const target = document.getElementById(link.getAttribute("href").split("#")[1]);
  if (!target) return;
  document.querySelectorAll("#sources details[open]").forEach((other) => { if (other !== target) other.open = false; });
  target.open = true;
  target.querySelector("summary").focus({ preventScroll: true });
  target.scrollIntoView({ block: "nearest", behavior: "smooth" });
}, true);
