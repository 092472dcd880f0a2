// What of a page keeps somebody out, in sentences. Runs in the page, at the width that the window has.
({ language, untouched, reflow }) => {
  const FOCUSABLE = "a[href], button, input, select, textarea, summary";
  const LEAST = 24;
  const faults = [];

  const where = (element) => {
    const words = (element.getAttribute("aria-label") || element.textContent || element.name || "").trim().replace(/\s+/g, " ");
    return `<${element.tagName.toLowerCase()}${element.className && ` class="${element.className}"`}> ${words.slice(0, 60)}`;
  };
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
  // A box that is drawn smaller than what a finger may press: its label is pressed, too.
  const pressed = (element) => {
    const boxes = [element, ...(element.labels || [])].map((each) => each.getBoundingClientRect());
    const edge = (name, most) => most(...boxes.map((box) => box[name]));
    return { width: edge("right", Math.max) - edge("left", Math.min), height: edge("bottom", Math.max) - edge("top", Math.min) };
  };
  // Django's arrows over sorted columns stand far enough from others, which axe measures.
  // A link inside a sentence is as high as its line; WCAG 2.5.8 lets it be.
  const isInSentence = (element) => {
    if (getComputedStyle(element).display !== "inline") return false;
    const around = element.parentElement.textContent.trim().length;
    return around > element.textContent.trim().length;
  };
  const drawn = (element) => {
    const near = [element, element.parentElement, element.nextElementSibling, ...(element.labels || [])].filter(Boolean);
    return near.map((each) => {
      const style = getComputedStyle(each);
      return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 ? style.outline : "";
    });
  };
  const isCovered = (element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    const points = [[left + 2, top + 2], [right - 2, top + 2], [(left + right) / 2, (top + bottom) / 2], [left + 2, bottom - 2], [right - 2, bottom - 2]];
    const inside = points.filter(([x, y]) => x >= 0 && y >= 0 && x < innerWidth && y < innerHeight);
    const above = inside.map(([x, y]) => document.elementFromPoint(x, y));
    return !above.some((each) => each && (element.contains(each) || each.contains(element) || [...(element.labels || [])].some((l) => l.contains(each))));
  };

  // --- the document ---
  const { documentElement: html, body } = document;
  if (html.lang !== language) faults.push(`the page says it is in ${html.lang}`);
  if (html.dir !== (language === "ar" ? "rtl" : "ltr")) faults.push(`the page runs ${html.dir}`);
  if (html.scrollWidth > html.clientWidth) {
    const widest = [...body.querySelectorAll("*")].find((each) => {
      const { left, right } = each.getBoundingClientRect();
      return (left < -1 || right > html.clientWidth + 1) && !each.closest(".sr, .skip");
    });
    faults.push(`scrolls sideways at ${innerWidth}: ${widest ? where(widest) : ""}`);
  }
  // Nothing is cut off but the name in the header, which the page says in full, the dot between two dates, and what is
  // said to readers of the screen alone.
  for (const each of body.querySelectorAll(".wrap *")) {
    const style = getComputedStyle(each);
    if (style.overflowX !== "visible" && each.clientWidth > 1 && each.scrollWidth > each.clientWidth + 1 && isShown(each) && !each.closest(".sr, .dates, .who") && each.tagName !== "INPUT") {
      faults.push(`cut off or scrolled inside: ${where(each)}`);
    }
  }
  if (reflow) return faults;
  const titles = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(isShown);
  if (!document.querySelector(".samples") && titles.filter((each) => each.tagName === "H1").length !== 1) faults.push("not one heading of the first level");
  titles.reduce((before, each) => {
    const level = Number(each.tagName[1]);
    if (level > before + 1) faults.push(`a level is skipped before ${where(each)}`);
    return level;
  }, 1);

  // --- what is wrong with an answer is read first ---
  // Once the window was resized or something was pressed, the focus says nothing any more.
  const wrong = !untouched ? [] : [...document.querySelectorAll(".summary, [aria-invalid=true]")].filter((each) => isShown(each) && !each.closest(".samples"));
  if (wrong.length) {
    if (!wrong.includes(document.activeElement)) faults.push(`the focus is not where the error is, but on ${where(document.activeElement)}`);
    if (!/^\s*(Error:|خطأ:)/.test(document.title)) faults.push(`the title does not begin with the error: ${document.title.trim()}`);
  }

  // --- everything that takes the focus ---
  const stops = [...document.querySelectorAll(FOCUSABLE)].filter((each) => isShown(each) && !each.disabled && each.tabIndex >= 0);
  document.activeElement.blur();
  for (const stop of stops) {
    const { width, height } = pressed(stop);
    const small = width < LEAST - 0.5 || height < LEAST - 0.5;
    if (small && !isInSentence(stop) && !stop.closest(".skip, .sortoptions")) faults.push(`${Math.round(width)} × ${Math.round(height)} to press: ${where(stop)}`);
    const before = drawn(stop);
    stop.focus();
    if (document.activeElement !== stop) faults.push(`takes no focus: ${where(stop)}`);
    if (!drawn(stop).some((outline, at) => outline && outline !== before[at])) faults.push(`the focus is not seen on ${where(stop)}`);
    if (isCovered(stop)) faults.push(`the focus is covered on ${where(stop)}`);
    stop.blur();
  }
  return faults;
}
