/*
 * Copies the few third-party files that the pages use out of node_modules and writes their
 * hashes. Run `npm ci && npm run vendor` after changing a version in package.json; users of the
 * register never need Node, because the results are committed.
 *
 * Two things are changed on the way, both because of the content security policy and the network
 * of a federation: pictures that Bootstrap keeps as data: addresses become files of their own
 * (img-src 'self' refuses data:), and references to source maps go.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const vendor = "registry/web/static/vendor";
const written = {};

const ICONS = `
  archive arrow-counterclockwise arrow-left arrow-left-right arrow-repeat arrow-return-left
  arrow-right award bar-chart bell box-arrow-right building bullseye calendar-event caret-down-fill
  caret-up-fill chat-left-text check-circle check-circle-fill check-lg chevron-down chevron-left
  chevron-right circle clipboard-check clipboard-data clock clock-history cloud-upload dash-circle
  database diagram-3 download exclamation-circle exclamation-triangle eye eye-slash
  file-earmark-excel file-earmark-text flag funnel gear geo-alt graph-up hand-index hdd
  hourglass-split house inbox info-circle journal-text key layers link-45deg list list-check lock
  magic pause-circle patch-check pencil pencil-square people person person-check person-circle
  person-dash person-plus person-vcard person-x play-circle plus-circle plus-lg printer
  question-circle receipt search send shield-check shield-lock skip-forward slash-circle sliders
  speedometer2 telephone three-dots trash trophy ui-checks unlock upload x-circle x-lg
`.trim().split(/\s+/);

const source = (name) => readFileSync(join(root, "node_modules", name));

function write(path, content) {
  const bytes = Buffer.from(content);
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), bytes);
  written[path] = createHash("sha256").update(bytes).digest("hex");
}

const withoutMap = (text) =>
  text.replace(/\n?\/[*/][#@] sourceMappingURL=[^\n]*/g, "").trimEnd() + "\n";

/** Moves every data: picture of a style sheet into img/ and returns the style sheet. */
function picturesOut(css) {
  const names = new Map();
  return css.replace(/url\("data:image\/svg\+xml,([^"]+)"\)/g, (_, encoded) => {
    const svg = decodeURIComponent(encoded).replaceAll("'", '"') + "\n";
    if (!names.has(svg)) {
      const name = `img/${createHash("sha256").update(svg).digest("hex").slice(0, 10)}.svg`;
      names.set(svg, name);
      write(`${vendor}/${name}`, svg);
    }
    return `url("${names.get(svg)}")`;
  });
}

/** The drawing inside an icon's svg element, on one line. */
function shape(name) {
  const svg = source(`bootstrap-icons/icons/${name}.svg`).toString();
  return svg.replace(/^[^>]*>|<\/svg>\s*$/g, "").replace(/\s*\n\s*/g, "");
}

function iconShapes() {
  const lines = ICONS.map((name) => `  ${JSON.stringify(name)}: '${shape(name)}',`);
  return (
    "{# Written by scripts/vendor.js from Bootstrap Icons (MIT licence). Use icons.html. #}\n" +
    `{% set shapes = {\n${lines.join("\n")}\n} %}\n`
  );
}

rmSync(join(root, vendor), { recursive: true, force: true });
write(`${vendor}/bootstrap.min.css`,
  picturesOut(withoutMap(source("bootstrap/dist/css/bootstrap.min.css").toString())));
write(`${vendor}/htmx.min.js`, source("htmx.org/dist/htmx.min.js"));
// Line, bar and pie charts with the SVG renderer and the descriptions; for the pages with charts.
write(`${vendor}/echarts.common.min.js`,
  withoutMap(source("echarts/dist/echarts.common.min.js").toString()));
write(`${vendor}/licenses/echarts-notice.txt`, source("echarts/NOTICE"));
write("templates/components/icon_shapes.html", iconShapes());
write("tests/journeys/vendor/axe.min.js", source("axe-core/axe.min.js"));
for (const name of ["bootstrap", "bootstrap-icons", "echarts", "htmx.org", "axe-core"]) {
  const folder = name === "axe-core" ? "tests/journeys/vendor" : vendor;
  write(`${folder}/licenses/${name}.txt`, source(`${name}/LICENSE`));
}

const lock = JSON.parse(readFileSync(join(root, "package-lock.json")));
const versions = Object.fromEntries(
  ["axe-core", "bootstrap", "bootstrap-icons", "echarts", "htmx.org"].map((name) => [
    name,
    lock.packages[`node_modules/${name}`].version,
  ]),
);
const files = Object.fromEntries(Object.entries(written).sort());
writeFileSync(join(root, vendor, "manifest.json"),
  JSON.stringify({ versions, files }, null, 2) + "\n");
