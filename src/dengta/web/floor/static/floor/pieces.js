// Pieces by the hour: the table comes from the server; where the chart library is installed, it is drawn as well.
const box = document.getElementById("pieces");

async function load(url) {
  try {
    const answer = await fetch(url, { headers: { "X-Part": "1" } });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    box.innerHTML = await answer.text();
  } catch {
    box.replaceChildren(document.getElementById("pieces-failed").content.cloneNode(true));
    box.querySelector("button").addEventListener("click", () => load(url));
    return;
  }
  for (const link of box.querySelectorAll(".choose a")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      load(link.href);
    });
  }
  await draw();
}

let library;
function charts() {
  library ??= new Promise((found) => {
    const script = document.createElement("script");
    script.src = box.dataset.echarts;
    script.onload = () => found(globalThis.echarts);
    script.onerror = () => found(undefined);
    document.head.append(script);
  });
  return library;
}

async function draw() {
  const echarts = box.dataset.echarts && (await charts());
  const table = box.querySelector("details");
  if (!echarts) {
    table.open = true;
    return;
  }
  const data = JSON.parse(document.getElementById("pieces-data").textContent);
  const style = getComputedStyle(document.body);
  const [ink, soft, hair] = ["--ink", "--soft", "--hair"].map((name) => style.getPropertyValue(name).trim());
  const room = document.getElementById("pieces-chart");
  room.hidden = false;
  const chart = echarts.init(room, null, { renderer: "svg" });
  chart.setOption({
    animation: false,
    aria: { enabled: true },
    textStyle: { fontFamily: style.fontFamily, color: ink },
    grid: { left: 8, right: 8, top: 28, bottom: 64, containLabel: true },
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" } },
    xAxis: { type: "category", data: data.at, axisLabel: { color: soft }, axisLine: { lineStyle: { color: hair } }, axisTick: { show: false } },
    yAxis: { type: "value", name: data.label, minInterval: 1, nameTextStyle: { color: soft, align: "left" }, axisLabel: { color: soft }, splitLine: { lineStyle: { color: hair } } },
    dataZoom: [{ type: "slider", height: 24, bottom: 12, borderColor: hair, fillerColor: "rgba(34,39,46,.08)", handleStyle: { color: soft } }, { type: "inside", zoomOnMouseWheel: "ctrl" }],
    series: [{ type: "bar", name: data.label, data: data.pieces, itemStyle: { color: "#7d8792" }, large: true, barCategoryGap: "10%" }],
  });
  new ResizeObserver(() => chart.resize()).observe(room);
}

load(box.dataset.from);
