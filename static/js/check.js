// Verifies the seal that a scanned QR code carries in the address, on the spot: #SERIAL.PAYLOAD.SIGNATURE.
// Nothing of it is sent anywhere; only the public keys are fetched.
const CONTEXT = "muqeem-seal-1:";

const bytesOf = (text) => new TextEncoder().encode(text);

const read = (base64url) =>
  Uint8Array.from(atob(base64url.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));

// The one spelling of these bytes: a seal spelt otherwise is not ours.
const spell = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function keyCalled(id, address) {
  const answer = await fetch(address, { credentials: "omit" });
  const { keys } = await answer.json();
  const jwk = keys.find((key) => key.kid === id);
  if (!jwk) return null;
  const { kty, crv, x } = jwk;
  return crypto.subtle.importKey("jwk", { kty, crv, x }, "Ed25519", false, ["verify"]);
}

async function isGenuine(serial, payload, signature, address) {
  const signed = read(signature);
  const facts = JSON.parse(new TextDecoder().decode(read(payload)));
  if (spell(signed) !== signature || spell(read(payload)) !== payload) return [false, null];
  const key = await keyCalled(facts[1], address);
  const genuine = key && (await crypto.subtle.verify("Ed25519", key, signed, bytesOf(`${CONTEXT}${serial}.${payload}`)));
  return [Boolean(genuine), facts];
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
    const [genuine, facts] = await isGenuine(serial, payload, signature, box.dataset.keys);
    answer = genuine ? "genuine" : "forged";
    if (genuine) show(box, serial, facts);
  } catch (error) {
    // A seal that cannot be read at all is not ours; a browser without Ed25519 or without a network cannot tell.
    if (error instanceof SyntaxError || error.name === "InvalidCharacterError") answer = "forged";
  }
  box.querySelector(`[data-answer="${answer}"]`).hidden = false;
}

addEventListener("hashchange", check);
check();
