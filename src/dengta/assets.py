"""``python -m dengta.assets``: browser files out of node_modules, message catalogues for gettext.

Nothing third-party is committed: each file is named here with its SHA-256 and copied at set-up, its notices beside it.
ECharts' "common" build is the smallest with what our charts use (tooltip, data zoom, time axis, mark lines): 240 kB
compressed against 368 for all; "simple" (169) lacks tooltip and zoom.
"""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).parent
MODULES = PACKAGE.parents[1] / "node_modules"
VENDOR = PACKAGE / "web" / "static" / "vendor"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of node_modules, what it must hash to, and the notices that go with it."""

    source: str
    sha256: str
    about: str
    notices: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its name in ``static/vendor/``."""
        return Path(self.source).name


ASSETS = (
    Asset(
        "echarts/dist/echarts.common.min.js",
        "61f13280aba3161f77fc801bf5f9c786f55f10432153a0683fc5cc0700b013d5",
        "Apache ECharts 6.1.0 (Apache-2.0), with parts of zrender 6.1.0 (BSD-3-Clause), tslib 2.3.0 (0BSD) and d3",
        (
            "echarts/NOTICE",
            "echarts/LICENSE",
            "echarts/licenses/LICENSE-d3",
            "zrender/LICENSE",
            "tslib/LICENSE.txt",
        ),
    ),
)


def copy_assets(modules: Path = MODULES, vendor: Path = VENDOR) -> list[str]:
    """Copy every asset whose content is the expected one; say what was done, a line each.

    Raises ValueError when a file is there and differs: a page must not run what nobody looked at.
    """
    if not modules.is_dir():
        return [f"assets: no {modules.name} (npm ci makes it): live charts will show as tables of numbers"]
    said, notices = [], []
    vendor.mkdir(parents=True, exist_ok=True)
    for asset in ASSETS:
        content = (modules / asset.source).read_bytes()
        found = hashlib.sha256(content).hexdigest()
        if found != asset.sha256:
            raise ValueError(f"{asset.source} has SHA-256 {found}, expected {asset.sha256}: run npm ci again")
        _replace(vendor / asset.name, content)
        notices.append(f"{asset.name}: {asset.about}\n\n")
        notices += [f"--- {n} ---\n{(modules / n).read_text('utf-8').strip()}\n\n" for n in asset.notices]
        said.append(f"assets: {asset.name} ({len(content) // 1000} kB) is the expected file")
    _replace(vendor / "NOTICE", "".join(notices).encode())
    return said


def compile_messages(package: Path = PACKAGE) -> list[str]:
    """Compile each ``locale/<language>/LC_MESSAGES/*.po`` under `package` to .mo; say how many messages each holds.

    Babel is pure Python, so a machine without gettext's msgfmt will do.
    """
    catalogues = sorted(package.glob("**/locale/*/LC_MESSAGES/*.po"))
    if not catalogues:
        return []
    try:
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po
    except ImportError:
        return ["assets: Babel is not installed (pip install dengta[web]): pages will be in English"]
    said = []
    for source in catalogues:
        with source.open("rb") as text:
            catalogue = read_po(text, locale=source.parts[-3])
        target = source.with_suffix(".mo")
        fresh = target.with_suffix(".mo.tmp")
        with fresh.open("wb") as out:
            write_mo(out, catalogue)
        fresh.replace(target)
        done = sum(1 for m in catalogue if m.id and m.string and not m.fuzzy)
        said.append(f"assets: {source.parts[-3]} {done} of {len(catalogue)} messages")
    return said


def _replace(target: Path, content: bytes) -> None:
    fresh = target.with_name(target.name + ".tmp")
    fresh.write_bytes(content)
    fresh.replace(target)


def main() -> None:
    """Do both and say so."""
    for line in [*copy_assets(), *compile_messages()]:
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
