// Verifies the seal that a scanned QR code carries in the address, on the spot: #SERIAL.PAYLOAD.SIGNATURE.
// Nothing of it is sent anywhere; only the public keys are fetched.
const CONTEXT = "muqeem-seal-1:";
const VERSION = 1;
const KEY_ID = /^[a-z0-9-]{1,16}$/;

const bytesOf = (text) => new TextEncoder().encode(text);

const read = (base64url) =>
  Uint8Array.from(atob(base64url.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));

// The one spelling of these bytes: a seal spelt otherwise is not ours.
const spell = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function keyCalled(id, address) {
  // A key may be younger than the copy of the list that the browser keeps: only a fresh list knows that there is none.
  for (const cache of ["default", "reload"]) {
    const answer = await fetch(address, { credentials: "omit", cache });
    const { keys } = await answer.json();
    const jwk = keys.find((key) => key.kid === id);
    if (jwk) {
      const { kty, crv, x } = jwk;
      return crypto.subtle.importKey("jwk", { kty, crv, x }, "Ed25519", false, ["verify"]);
    }
  }
  return null;
}

// The facts and the signature's bytes; null if this is not the form of a seal of ours.
function opened(payload, signature) {
  try {
    const [written, signed] = [read(payload), read(signature)];
    const facts = JSON.parse(new TextDecoder().decode(written));
    const ours = Array.isArray(facts) && facts[0] === VERSION && typeof facts[1] === "string" && KEY_ID.test(facts[1]);
    return ours && spell(written) === payload && spell(signed) === signature ? { facts, signed } : null;
  } catch {
    return null;
  }
}

// "genuine" with its facts, "forged", or "unknown": without the key nobody can say which of the two.
async function judge(serial, payload, signature, address) {
  const seal = opened(payload, signature);
  if (!seal) return ["forged"];
  const key = await keyCalled(seal.facts[1], address);
  if (!key) return ["unknown"];
  const genuine = await crypto.subtle.verify("Ed25519", key, seal.signed, bytesOf(`${CONTEXT}${serial}.${payload}`));
  return genuine ? ["genuine", seal.facts] : ["forged"];
}

function leftToRight(text) {
  const isolated = document.createElement("bdi");
  isolated.dir = "ltr";
  isolated.textContent = text;
  return isolated;
}

function bothCalendars(iso) {
  const day = new Date(`${iso}T12:00:00Z`);
  const parts = new Intl.DateTimeFormat("en-u-ca-islamic-umalqura-nu-latn", {
    year: "numeric", month: "2-digit", day: "2-digit", timeZone: "UTC",
  }).formatToParts(day);
  const part = (type) => parts.find((each) => each.type === type).value;
  const row = document.createElement("span");
  row.className = "dates dates--stack";
  row.append(leftToRight(iso.replaceAll("-", "/")), leftToRight(`${part("year")}/${part("month")}/${part("day")}`));
  return row;
}

function show(box, serial, [, , kind, last4, birthYear, days]) {
  const title = [...box.querySelectorAll("[data-kind]")].find((each) => each.dataset.kind === kind);
  const facts = {
    serial: leftToRight(serial.match(/.{1,4}/g).join("-")),
    kind: title ? title.textContent : kind,
    last4: leftToRight(last4),
    birth_year: leftToRight(birthYear),
  };
  for (const [name, value] of Object.entries(facts)) box.querySelector(`[data-fact="${name}"]`).replaceChildren(value);
  for (const row of box.querySelectorAll("[data-date]")) {
    const day = days[row.dataset.date];
    row.hidden = !day;
    if (day) row.lastElementChild.replaceChildren(bothCalendars(day));
  }
  box.querySelector("[data-facts]").hidden = false;
}

async function check() {
  const box = document.getElementById("seal");
  const parts = location.hash.slice(1).split(".");
  if (parts.length !== 3 || !parts.every(Boolean)) return;
  const [serial, payload, signature] = parts;
  for (const part of box.querySelectorAll("[data-answer], [data-facts]")) part.hidden = true;
  box.hidden = false;
  const form = document.querySelector("form [name=serial]");
  if (form && !form.value) form.value = serial;
  let answer = "unable";
  try {
    const [judged, facts] = await judge(serial, payload, signature, box.dataset.keys);
    answer = judged;
    if (facts) show(box, serial, facts);
  } catch {
    // A browser without Ed25519, or one that does not get the keys, cannot tell.
  }
  box.querySelector(`[data-answer="${answer}"]`).hidden = false;
}

addEventListener("hashchange", check);
check();
