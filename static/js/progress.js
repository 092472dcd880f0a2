// Looks again for a page that is being made, so that nobody has to press "Look again".
const TRIES = 20;
const WAIT = 1500;

async function look(left) {
  if (!left || !document.querySelector("[data-progress]")) return;
  try {
    const answer = await fetch(location.pathname, { headers: { "X-Requested-With": "progress" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("documents");
    if (answer.ok && fresh && !fresh.querySelector("[data-progress]")) {
      document.getElementById("documents").replaceWith(document.adoptNode(fresh));
      return;
    }
  } catch {
    // No network for a moment: the next look may have one.
  }
  setTimeout(look, WAIT, left - 1);
}

setTimeout(look, WAIT, TRIES);
