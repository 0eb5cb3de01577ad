// Keeps tiles true: changes by one stream of events, ages by the site's clock. The page is whole without it.
const { siteNow, setClock } = await import(document.querySelector('script[src*="web/frame.js"]').src);

const words = JSON.parse(document.getElementById("floor-words").textContent);
const tiles = new Map([...document.querySelectorAll(".tile")].map((tile) => [tile.dataset.machine, open(tile)]));
const counts = new Map([...document.querySelectorAll("[data-count]")].map((span) => [span.dataset.count, span]));
const SILENT_MS = 5500; // two beats missed
const SECOND = 1e6, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;

function open(tile) {
  const parts = Object.fromEntries([...tile.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
  return { tile, parts, use: tile.querySelector("use"), data: JSON.parse(tile.dataset.live) };
}

function write(part, text) {
  if (part.textContent !== text) part.textContent = text;
}

/** A length of time as the server words it (words.span). */
function span(length) {
  const left = Math.max(length, 0);
  const n = { d: Math.floor(left / DAY), h: Math.floor((left % DAY) / HOUR), m: Math.floor((left % HOUR) / MINUTE), s: Math.floor((left % MINUTE) / SECOND) };
  const unit = n.d ? "d" : n.h ? "h" : n.m ? "m" : "s";
  const shown = unit === "h" ? { ...n, m: String(n.m).padStart(2, "0") } : n;
  return words.spans[unit].replace(/\{(\w)\}/g, (_, key) => shown[key]);
}

const face = new Intl.DateTimeFormat("en-CA", {
  timeZone: words.zone, year: "numeric", month: "2-digit", day: "2-digit",
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});
function wall(at) {
  const read = (t) => Object.fromEntries(face.formatToParts(t / 1000).map((p) => [p.type, p.value]));
  const there = read(at), now = read(siteNow());
  const today = there.year === now.year && there.month === now.month && there.day === now.day;
  return today ? `${there.hour}:${there.minute}:${there.second}` : `${there.month}-${there.day} ${there.hour}:${there.minute}`;
}

const number = (n) => (n === null ? "—" : n.toLocaleString("en-US"));

/** What the stream says of a machine, onto its tile. */
function show({ tile, parts, use, data }) {
  const state = words.states[data.state];
  tile.dataset.level = data.level;
  tile.dataset.group = state.group;
  use.setAttribute("href", `#shape-${state.shape}`);
  write(parts.word, state.word);
  write(parts.note, (words.reasons[data.reason] ?? data.reason) || (words.briefly[data.why.state] ?? ""));
  const people = data.people.map((id) => words.people[id] ?? id);
  write(parts.work, [data.order, words.operations[data.operation] ?? data.operation, ...people].filter(Boolean).join(" · "));
  write(parts.pieces, number(data.pieces));
  const unknown = data.why.pieces_shift;
  parts.pieces.title = words.why[unknown] ?? "";
  parts.pieces.classList.toggle("none", Boolean(unknown));
  write(parts["of-shift"], words.briefly[unknown] ?? words.pieces[data.of]);
  write(parts.hour, data.hour === null ? "" : number(data.hour));
  write(parts["as-of"], data.at === null ? "—" : wall(data.at));
  if (data.strip) parts.strip.innerHTML = data.strip;
}

const isStale = (data, now) => data.stale !== null && now >= data.stale;

/** What the passing of time alone changes. */
function age({ tile, parts, data }, now) {
  write(parts.since, data.since === null ? "" : span(now - data.since));
  write(parts.age, data.at === null ? "" : span(now - data.at));
  tile.toggleAttribute("data-stale", isStale(data, now));
}

const latest = new Map(); // of every machine of the site, shown here or not
const spoken = document.querySelector("[data-spoken]");
let told = "";
let spokenAt = 0;
/** The summary agrees with the tiles at every moment; to who listens it is told at most every ten seconds. */
function summarise(now) {
  const seen = {};
  for (const data of latest.values()) {
    const group = isStale(data, now) ? "stale" : words.states[data.state].group;
    seen[group] = (seen[group] ?? 0) + 1;
  }
  const text = JSON.stringify(seen);
  if (text !== told) {
    told = text;
    for (const [group, span] of counts) {
      write(span.firstElementChild, String(seen[group] ?? 0));
      span.hidden = !seen[group];
    }
  }
  const summary = [...counts.values()].filter((span) => !span.hidden).map((span) => span.textContent).join(", ");
  if (spoken && summary !== spoken.textContent && performance.now() - spokenAt > 10000) {
    spokenAt = performance.now();
    write(spoken, summary);
  }
}

let heardAt = performance.now();
let connected = null;
function connection(on) {
  if (connected === on) return;
  connected = on;
  document.body.classList.toggle("cut-off", !on);
  document.dispatchEvent(new CustomEvent("dengta:connection", { detail: on ? "on" : "off" }));
}

function hear(event) {
  const said = JSON.parse(event.data);
  heardAt = performance.now();
  connection(true);
  setClock(said.at, said.rate);
  if (said.book !== words.book) {
    setTimeout(() => location.reload(), Math.random() * 3000); // the plant is described anew; not all screens at once
    return;
  }
  for (const [id, data] of Object.entries(said.machines)) {
    latest.set(id, data);
    const one = tiles.get(id);
    if (one) {
      one.data = data;
      show(one);
      age(one, said.at);
    }
  }
}

const stream = new EventSource(`/live/?grant=${encodeURIComponent(document.body.dataset.live)}`);
stream.addEventListener("whole", hear);
stream.addEventListener("floor", hear);
stream.addEventListener("error", () => {
  if (performance.now() - heardAt > SILENT_MS) connection(false);
  if (stream.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000 + Math.random() * 10000);
});
addEventListener("pagehide", () => stream.close());

setInterval(() => {
  if (performance.now() - heardAt > SILENT_MS) connection(false);
  const now = siteNow();
  for (const one of tiles.values()) age(one, now);
  if (connected && latest.size) summarise(now);
}, 1000);
