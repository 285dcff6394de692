"""React and Vue as their makers built them, out of Python packages that carry them: there is no npm here."""

import subprocess
import sys
import zipfile
from pathlib import Path

from cluster import ROOT

KEPT = ROOT / ".venv" / "frameworks"
REACT = ("dash==4.4.1", "dash/deps/react@18.3.1.min.js")
REACT_DOM = ("dash==4.4.1", "dash/deps/react-dom@18.3.1.min.js")
VUE = ("nicegui==3.18.0", "nicegui/static/vue.esm-browser.prod.js")


def source(framework: tuple[str, str]) -> str:
    package, path = framework
    folder = KEPT / package
    if not folder.exists():
        folder.mkdir(parents=True)
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
                        "--disable-pip-version-check", "--dest", folder, package], check=True, timeout=120)
    wheel = next(folder.glob("*.whl"))
    return zipfile.ZipFile(wheel).read(path).decode()


def react() -> str:
    """As the ES module that a CDN makes of it."""
    names = "createElement, useEffect, useMemo, useRef, useState, StrictMode"
    return f"const module = {{exports: {{}}}}, exports = module.exports;\n{source(REACT)}\n" \
           f"export default module.exports; export const {{{names}}} = module.exports;"


def react_dom_client(address_of_react: str) -> str:
    return f"import React from '{address_of_react}';\nconst module = {{exports: {{}}}}, exports = module.exports, " \
           f"require = () => React;\n{source(REACT_DOM)}\nexport const createRoot = module.exports.createRoot;"


def vue() -> str:
    return source(VUE)
