"""Every page of the product that the browser tests and `make shots` look at: name -> address."""

PAGES = {
    "today": "/today/",
    "today-due": "/today/due/today/?show=all",
    "today-measure": "/today/measure/order_accuracy/",
    "floor": "/floor/",
    "floor-abnormal": "/floor/?show=abnormal",
    "machine": "/floor/pack-3/",
    "machine-pieces": "/floor/saw-1/pieces/?days=30",
    "plant": "/plant/",
    "plant-edit": "/plant/edit/",
    "imports": "/import/",
    "memory": "/memory/",
    "missing": "/floor/nowhere/",
}
PUBLIC = {"login": "/login/"}
"""Those one sees without signing in."""
