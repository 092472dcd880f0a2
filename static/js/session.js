// Says before a session ends that it will, and lengthens it. Whatever is opened in another tab lengthens it, too.
const SEEN = "seen";
const box = document.querySelector("[data-session]");
const [ending, ended, form] = ["[data-ending]", "[data-ended]", "form"].map((part) => box.querySelector(part));
let timers = [];

function show(part) {
  for (const each of [ending, ended]) each.hidden = each !== part;
  form.hidden = part !== ending;
}

function begin() {
  timers.forEach(clearTimeout);
  show(null);
  timers = [
    setTimeout(show, box.dataset.warnAfter * 1000, ending),
    setTimeout(show, box.dataset.endAfter * 1000, ended),
  ];
}

function seen() {
  try {
    localStorage.setItem(SEEN, String(Date.now()));
  } catch {
    // A browser that keeps nothing: then each tab counts for itself.
  }
  begin();
}

async function stay() {
  try {
    const answer = await fetch(box.dataset.stay, { redirect: "error", cache: "no-store" });
    if (answer.ok) seen();
  } catch {
    // No network, or no session any more: the words stay where they are.
  }
}

addEventListener("storage", (event) => event.key === SEEN && begin());
form.querySelector("[type=button]").addEventListener("click", stay);
seen();
