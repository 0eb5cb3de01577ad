// The frame's moving parts: the site's clock and the state of the connection. Pages read well without them.
// A page that listens to a live stream dispatches `dengta:connection` with detail "on" or "off" on document and sets
// <body data-live>; other pages ask /healthz now and then.

const clock = document.getElementById("clock");
const link = document.getElementById("link");

/** The site's time now, in microseconds since 1970. */
export function siteNow() {
  if (!clock) return Date.now() * 1000;
  const at = began.at + (performance.now() - began.tick) * 1000 * began.rate;
  return Math.min(at, began.stop);
}

const began = clock && {
  at: Number(clock.dataset.at),
  rate: Number(clock.dataset.rate),
  stop: Number(clock.dataset.stop ?? Infinity),
  tick: performance.now(),
};

/** Sets the clock anew: a live stream tells the site's time with each beat. */
export function setClock(at, rate = began.rate) {
  Object.assign(began, { at, rate, tick: performance.now() });
}

if (clock) {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: clock.dataset.zone, year: "numeric", month: "2-digit", day: "2-digit",
    hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
  });
  const [day, hour] = clock.querySelector("time").children;
  const show = () => {
    const p = Object.fromEntries(parts.formatToParts(siteNow() / 1000).map((x) => [x.type, x.value]));
    day.textContent = `${p.year}-${p.month}-${p.day}`;
    hour.textContent = began.rate > 10 ? `${p.hour}:${p.minute}` : `${p.hour}:${p.minute}:${p.second}`;
  };
  show();
  setInterval(show, 1000);
}

function connection(on) {
  if (!link) return;
  link.classList.toggle("on", on);
  link.classList.toggle("off", !on);
  const words = on ? link.dataset.on : link.dataset.off;
  if (link.lastElementChild.textContent !== words) link.lastElementChild.textContent = words;
}

document.addEventListener("dengta:connection", (event) => connection(event.detail === "on"));

async function ask() {
  try {
    const answer = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(8000) });
    connection(answer.ok || answer.status === 503);
  } catch {
    connection(false);
  }
}

if (link && !("live" in document.body.dataset)) {
  ask();
  setInterval(() => document.hidden || ask(), 20000);
  addEventListener("online", ask);
  addEventListener("offline", () => connection(false));
}

for (const select of document.querySelectorAll("select[data-go]")) {
  select.addEventListener("change", () => select.form.submit());
}

// Commands carry the client's own time, so that the server can tell its skew.
for (const form of document.querySelectorAll("form[data-stamp]")) {
  form.addEventListener("submit", () => { form.elements.at_client.value = String(Date.now() * 1000); });
}
